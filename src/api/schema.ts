/**
 * The front door to structural schemas, the subset of OpenAPI v3 that CustomResourceDefinitions carry:
 * what a Kubernetes API server does with a custom object before it is stored.
 *
 *   validateSchema(schema, value)   problems with paths, in the words of Kubernetes
 *   pruneUnknown(schema, value)     the value without fields the schema does not know, and their paths
 *   pruneNulls(schema, value)       without nulls where the schema is not nullable and has no default
 *   applyDefaults(schema, value)    with the schema's defaults filled in
 *   unknownFieldText(path)          `unknown field "spec.foo"`, as strict mode words it
 *
 * At the root `apiVersion`, `kind` and `metadata` are left alone: they are checked elsewhere. Values are
 * never changed in place.
 */
export { applyDefaults, pruneNulls } from './schema/defaults.ts';
export { type Pruned, pruneUnknown, unknownFieldText } from './schema/prune.ts';
export type { Schema } from './schema/types.ts';
export { problemText, type SchemaProblem, validateSchema } from './schema/validate.ts';
