/**
 * Versions in templates (spec sprig-functions §12.2, go-template §5.4): `semver` gives an object with
 * the methods of `*semver.Version`; what its methods derive are `semver.Version` values, which lack the
 * methods Go declares on the pointer.
 */

import { goQuote } from '../../support/go-quote.ts';
import { parseConstraint, satisfies } from '../../support/semver/constraint.ts';
import {
  compareVersions,
  increment,
  parseVersion,
  SemverError,
  type SemverVersion,
  versionText,
  withMetadata,
  withPrerelease,
} from '../../support/semver/version.ts';
import { type GoFunction, GoInt, GoObject, type GoValue, goInt, toByteSlice } from '../values.ts';
import { define, fail } from './define.ts';

/** Runs `make`; what is wrong with a version becomes a Go error. */
function checked<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof SemverError) return fail(error.message);
    throw error;
  }
}

const uint64 = (value: bigint): GoInt => new GoInt('uint64', value);
export class Version extends GoObject {
  readonly kind: 'struct' | 'ptr';
  readonly version: SemverVersion;

  constructor(version: SemverVersion, kind: 'struct' | 'ptr' = 'ptr') {
    super();
    this.version = version;
    this.kind = kind;
  }

  get type(): string {
    return this.kind === 'ptr' ? '*semver.Version' : 'semver.Version';
  }

  format(): string {
    return versionText(this.version);
  }

  override parts(): readonly GoValue[] {
    const { major, minor, patch, prerelease, metadata, original } = this.version;
    return [uint64(major), uint64(minor), uint64(patch), prerelease, metadata, original];
  }

  override goSyntax(): string {
    const { major, minor, patch, prerelease, metadata, original } = this.version;
    const numbers = `major:0x${major.toString(16)}, minor:0x${minor.toString(16)}, patch:0x${patch.toString(16)}`;
    const texts = `pre:${goQuote(prerelease)}, metadata:${goQuote(metadata)}, original:${goQuote(original)}`;
    return `${this.kind === 'ptr' ? '&' : ''}semver.Version{${numbers}, ${texts}}`;
  }

  override equals(other: GoObject): boolean {
    return this === other || (this.kind === 'struct' && other instanceof Version && this.sameAs(other));
  }

  /** Equal in every part, the original text included. */
  sameAs(other: Version): boolean {
    return this.version.original === other.version.original && this.format() === other.format();
  }

  override toJson(): string {
    return this.format();
  }

  override hidden(name: string): boolean {
    return ['major', 'minor', 'patch', 'pre', 'metadata', 'original'].includes(name);
  }

  /** What a deep copy makes of it: the parts are hidden, so nothing is copied. */
  zero(): Version {
    return new Version(
      { major: 0n, minor: 0n, patch: 0n, prerelease: '', metadata: '', original: '' },
      this.kind,
    );
  }

  override method(name: string): GoFunction | undefined {
    const { version } = this;
    const own = this.#valueMethod(name, version);
    if (own !== undefined || this.kind === 'struct') return own;
    const comparing = (test: (order: number) => GoValue): GoFunction =>
      define(name, ['version'], name === 'Compare' ? 'int' : 'bool', ([other]) =>
        test(compareVersions(version, (other as Version).version)),
      );
    switch (name) {
      case 'Original':
        return define(name, [], 'string', () => version.original);
      case 'Compare':
        return comparing((order) => goInt(order));
      case 'Equal':
        return comparing((order) => order === 0);
      case 'LessThan':
        return comparing((order) => order < 0);
      case 'LessThanEqual':
        return comparing((order) => order <= 0);
      case 'GreaterThan':
        return comparing((order) => order > 0);
      case 'GreaterThanEqual':
        return comparing((order) => order >= 0);
      default:
        return undefined;
    }
  }

  #valueMethod(name: string, version: SemverVersion): GoFunction | undefined {
    const derived = (make: () => SemverVersion): GoFunction =>
      define(name, [], 'versionValue', () => new Version(make(), 'struct'));
    switch (name) {
      case 'Major':
        return define(name, [], 'uint64', () => uint64(version.major));
      case 'Minor':
        return define(name, [], 'uint64', () => uint64(version.minor));
      case 'Patch':
        return define(name, [], 'uint64', () => uint64(version.patch));
      case 'Prerelease':
        return define(name, [], 'string', () => version.prerelease);
      case 'Metadata':
        return define(name, [], 'string', () => version.metadata);
      case 'String':
      case 'Value':
        return define(name, [], name === 'Value' ? 'any' : 'string', () => versionText(version));
      case 'MarshalText':
        return define(name, [], 'bytes', () => toByteSlice(versionText(version)));
      case 'MarshalJSON':
        return define(name, [], 'bytes', () => toByteSlice(`"${versionText(version)}"`));
      case 'IncMajor':
        return derived(() => increment(version, 'major'));
      case 'IncMinor':
        return derived(() => increment(version, 'minor'));
      case 'IncPatch':
        return derived(() => increment(version, 'patch'));
      case 'SetPrerelease':
        return define(name, ['string'], 'versionValue', ([text]) =>
          checked(() => new Version(withPrerelease(version, text), 'struct')),
        );
      case 'SetMetadata':
        return define(name, ['string'], 'versionValue', ([text]) =>
          checked(() => new Version(withMetadata(version, text), 'struct')),
        );
      default:
        return undefined;
    }
  }
}

export const SEMVER_FUNCTIONS = [
  define('semver', ['string'], 'version', ([text]) => new Version(checked(() => parseVersion(text)))),
  define('semverCompare', ['string', 'string'], 'bool', ([constraint, text], context) => {
    context.spend((constraint.length + text.length) >> 5);
    return checked(() => {
      const parsed = parseConstraint(constraint);
      return satisfies(parseVersion(text), parsed);
    });
  }),
];
