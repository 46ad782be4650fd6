/**
 * The types behind the fields of an Application, as far as comparing needs them: which zero values
 * equal absence and which do not (a nil pointer differs from a pointer to zero), what is a map or a
 * list, and where free JSON begins. Read from the struct tables of the API. Fields that are not in
 * them do not exist for a comparison (spec controller-and-operations §3.3).
 */
import { type StructField, shapeOf, structFields } from '../api/structs.ts';

export type Shape =
  /** zero value and absence are the same */
  | { readonly is: 'scalar' }
  /** a pointer to a scalar: its zero value is a value */
  | { readonly is: 'pointer' }
  /** a list compared to the letter; empty equals absent */
  | { readonly is: 'scalars' }
  /** map[string]scalar: every entry counts; empty equals absent */
  | { readonly is: 'map' }
  /** any JSON; members that are null count as absent */
  | { readonly is: 'free' }
  /** with `pointer`, a block without content differs from an absent one */
  | { readonly is: 'struct'; readonly pointer: boolean; readonly fields: Readonly<Record<string, Shape>> }
  | { readonly is: 'list'; readonly items: Shape };

function fieldsOf(struct: string): Readonly<Record<string, Shape>> {
  return Object.fromEntries(structFields(struct).map((field) => [field.json, shapeOfField(field)] as const));
}

/** A field of an embedded pointer is there or not, whatever it holds. */
const shapeOfField = ({ type, ofPointer }: StructField): Shape =>
  ofPointer ? { is: 'free' } : shapeFor(type);

function shapeFor(type: string): Shape {
  const shape = shapeOf(type);
  switch (shape.kind) {
    case 'json':
      return { is: 'free' };
    case 'map':
      return shape.pointer ? { is: 'free' } : { is: 'map' };
    case 'slice': {
      if (shape.pointer) return { is: 'free' };
      const items = shapeFor(shape.element.replace(/^\*/, ''));
      return items.is === 'struct' ? { is: 'list', items: { ...items, pointer: true } } : { is: 'scalars' };
    }
    case 'struct':
      return { is: 'struct', pointer: shape.pointer, fields: fieldsOf(shape.name) };
    case 'intOrString':
      return { is: 'pointer' };
    default:
      return shape.pointer ? { is: 'pointer' } : { is: 'scalar' };
  }
}

/** What a comparison sees of an Application: never its status, never the server's own metadata. */
export const APPLICATION_SHAPE: Shape = {
  is: 'struct',
  pointer: false,
  fields: {
    apiVersion: { is: 'scalar' },
    kind: { is: 'scalar' },
    metadata: {
      is: 'struct',
      pointer: false,
      fields: {
        name: { is: 'scalar' },
        namespace: { is: 'scalar' },
        labels: { is: 'map' },
        annotations: { is: 'map' },
        finalizers: { is: 'scalars' },
        ownerReferences: { is: 'scalars' },
      },
    },
    spec: { is: 'struct', pointer: false, fields: fieldsOf('ApplicationSpec') },
    operation: { is: 'struct', pointer: true, fields: fieldsOf('Operation') },
  },
};

/** The shape of a set's spec, for telling whether it changed. */
export const SET_SPEC_SHAPE: Shape = {
  is: 'struct',
  pointer: false,
  fields: fieldsOf('ApplicationSetSpec'),
};
