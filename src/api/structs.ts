/**
 * The front door to the Go structs of the API: their tables, decoding as Go decodes, encoding as Go
 * marshals, and where a field that is not known may belong.
 *
 *   structFields(type)        fields in declaration order: { json, go, type, omitEmpty, patchStrategy?, … }
 *   decodeStruct(type, json)  { value, unknownFields: paths }; throws Go's `json: cannot unmarshal …`
 *   encodeStruct(type, value) as Go would marshal it
 *   adviseField(type, path)   what to do about an unknown field at that path
 */
export { type Decoded, type DecodeOptions, decodeStruct, inspectStruct } from './decode-struct.ts';
export { encodeStruct } from './encode-struct.ts';
export {
  type GoShape,
  isStruct,
  type StructField,
  shapeOf,
  structField,
  structFields,
} from './struct-tables.ts';
export { adviseField, type FieldAdvice } from './unknown-fields.ts';
