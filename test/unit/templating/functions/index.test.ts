/** Which functions there are, and what is said about them (spec sprig-functions §18, §19). */
import { describe, expect, it } from 'vitest';
import { GO_FUNCTIONS } from '../../../../src/templating/functions/index.ts';

const SPRIG = `
  abbrev abbrevboth camelcase cat contains hasPrefix hasSuffix hello indent initials kebabcase lower nindent
  nospace plural quote repeat replace shuffle snakecase squote substr swapcase title trim trimAll trimall
  trimPrefix trimSuffix trunc untitle upper wrap wrapWith
  atoi float64 int int64 join seq sortAlpha split splitList splitn toDecimal toString toStrings until untilStep
  add add1 add1f addf biggest ceil div divf floor max maxf min minf mod mul mulf randInt round sub subf
  all any coalesce compact mustCompact default empty ternary
  fromJson mustFromJson toJson mustToJson toPrettyJson mustToPrettyJson toRawJson mustToRawJson
  deepCopy mustDeepCopy dict dig get hasKey keys merge mergeOverwrite mustMerge mustMergeOverwrite omit pick
  pluck set unset values
  append mustAppend push mustPush chunk mustChunk concat first mustFirst has mustHas initial mustInitial last
  mustLast list tuple prepend mustPrepend rest mustRest reverse mustReverse slice mustSlice uniq mustUniq
  without mustWithout
  deepEqual kindIs kindOf typeIs typeIsLike typeOf
  regexFind mustRegexFind regexFindAll mustRegexFindAll regexMatch mustRegexMatch regexQuoteMeta
  regexReplaceAll mustRegexReplaceAll regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit
  mustRegexSplit
  semver semverCompare
  adler32sum bcrypt buildCustomCert decryptAES derivePassword encryptAES genCA genCAWithKey genPrivateKey
  genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey htpasswd randAlpha
  randAlphaNum randAscii randBytes randNumeric sha1sum sha256sum sha512sum uuidv4
  ago date dateInZone date_in_zone dateModify date_modify duration durationRound htmlDate htmlDateInZone
  mustDateModify must_date_modify mustToDate now toDate unixEpoch
  base clean dir ext isAbs osBase osClean osDir osExt osIsAbs
  b32dec b32enc b64dec b64enc urlJoin urlParse
  env expandenv fail getHostByName`;

const words = (text: string): string[] => text.trim().split(/\s+/);
const REMOVED = new Set(['env', 'expandenv', 'getHostByName']);
const ADDED = ['normalize', 'slugify', 'toYaml', 'fromYaml', 'fromYamlArray'];

describe('the function map', () => {
  it('is what sprig has, less what reaches outside, and what ApplicationSets add', () => {
    expect(words(SPRIG)).toHaveLength(211);
    const expected = words(SPRIG).filter((name) => !REMOVED.has(name));
    expect([...GO_FUNCTIONS.keys()].sort()).toEqual([...expected, ...ADDED].sort());
  });

  it('has every function under its own name', () => {
    for (const [name, target] of GO_FUNCTIONS) expect(target.name).toBe(name);
  });

  it('says which functions may give another result each time', () => {
    const marked = [...GO_FUNCTIONS.values()]
      .filter(({ nondeterministic }) => nondeterministic)
      .map(({ name }) => name);
    expect(marked.sort()).toEqual(
      words(`
        ago bcrypt date dateInZone date_in_zone durationRound encryptAES genCA genCAWithKey genPrivateKey
        genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey htmlDate htmlDateInZone
        htpasswd now randAlpha randAlphaNum randAscii randBytes randInt randNumeric shuffle uuidv4`).sort(),
    );
  });

  it('says which functions may change an argument', () => {
    const marked = [...GO_FUNCTIONS.values()].filter(({ mutates }) => mutates).map(({ name }) => name);
    expect(marked.sort()).toEqual(
      words('merge mergeOverwrite mustMerge mustMergeOverwrite set sortAlpha unset').sort(),
    );
  });
});
