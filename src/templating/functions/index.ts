/**
 * The functions templates of an ApplicationSet may call (spec sprig-functions §18, §19): sprig's generic
 * map without env, expandenv and getHostByName, and what ApplicationSets add. Functions see their
 * arguments and the call context, nothing else of the machine.
 */
import type { FunctionMap, GoFunction } from '../values.ts';
import { ARGOCD_FUNCTIONS } from './argocd.ts';
import { CERTIFICATE_FUNCTIONS } from './certificates.ts';
import { CHANCE_FUNCTIONS } from './chance.ts';
import { DATE_FUNCTIONS } from './dates.ts';
import { DERIVE_PASSWORD } from './derive-password.ts';
import { DICT_FUNCTIONS } from './dicts.ts';
import { DEFAULT_FUNCTIONS } from './emptiness.ts';
import { ENCODING_FUNCTIONS } from './encoding.ts';
import { HASH_FUNCTIONS } from './hashes.ts';
import { JSON_FUNCTIONS } from './json.ts';
import { LINE_FUNCTIONS } from './lines.ts';
import { LIST_FUNCTIONS } from './lists.ts';
import { MATH_FUNCTIONS } from './math.ts';
import { PATH_FUNCTIONS } from './paths.ts';
import { REFLECTION_FUNCTIONS } from './reflection.ts';
import { REGEX_FUNCTIONS } from './regex.ts';
import { SEMVER_FUNCTIONS } from './semver.ts';
import { STRING_LIST_FUNCTIONS } from './string-lists.ts';
import { STRING_FUNCTIONS } from './strings.ts';
import { URL_FUNCTIONS } from './urls.ts';
import { WORD_FUNCTIONS } from './words.ts';

const ALL: readonly GoFunction[] = [
  ...ARGOCD_FUNCTIONS,
  ...CERTIFICATE_FUNCTIONS,
  ...CHANCE_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...DEFAULT_FUNCTIONS,
  ...DICT_FUNCTIONS,
  ...ENCODING_FUNCTIONS,
  ...HASH_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...LINE_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...PATH_FUNCTIONS,
  ...REFLECTION_FUNCTIONS,
  ...REGEX_FUNCTIONS,
  ...SEMVER_FUNCTIONS,
  ...STRING_FUNCTIONS,
  ...STRING_LIST_FUNCTIONS,
  ...URL_FUNCTIONS,
  ...WORD_FUNCTIONS,
  DERIVE_PASSWORD,
];

/** By name; the engine adds its own built-ins, over which `slice` of this map wins. */
export const GO_FUNCTIONS: FunctionMap = new Map(ALL.map((target) => [target.name, target]));
