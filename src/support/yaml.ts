/**
 * The one door to YAML ("go-yaml profile"): YAML 1.1 as sigs.k8s.io/yaml reads and writes it, so that
 * people's files mean here what they mean to Argo CD and kubectl (spec generators §0.4, sprig §18.2-18.3).
 *
 *   parseYaml(text)            first document → JSON; errors in the words of Go's YAMLToJSON
 *   unmarshalYaml(text)        the same, errors prefixed as Go's yaml.Unmarshal does
 *   unmarshalYamlApart(text)   the same in a thread of its own where it takes long
 *   parseYamlDocuments(text)   every document with a map from paths to line and column
 *   emitGoYaml(value)          exactly what go-yaml v2 writes (sorted keys, folding); ends with a newline
 *   emitYaml(objects)          documents for people: order kept, no folding, read back alike by kubectl
 */

export { unmarshalYamlApart } from './yaml/apart.ts';
export { parseYamlDocuments, type SourcePosition, type YamlDocument } from './yaml/documents.ts';
export { emitGoYaml, emitYaml, type YamlValue } from './yaml/emit.ts';
export { parseYaml, unmarshalYaml } from './yaml/parse.ts';
