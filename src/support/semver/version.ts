/**
 * Versions as Masterminds semver 3.4 reads them (spec sprig-functions §12.2): an optional `v`, one to
 * three numbers, leading zeros accepted, then pre-release and metadata. Numbers are 64-bit. Precedence
 * is SemVer's; metadata never counts.
 */

/** What is wrong with a version or a constraint, in the reference's words. */
export class SemverError extends Error {
  override readonly name = 'SemverError';
}

export interface SemverVersion {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** without the `-`; '' for a release */
  readonly prerelease: string;
  /** without the `+` */
  readonly metadata: string;
  /** as it was written */
  readonly original: string;
}

const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const LOOSE = new RegExp(
  `^v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:-(${IDENTIFIERS}))?(?:\\+(${IDENTIFIERS}))?$`,
);
const ONLY_IDENTIFIERS = new RegExp(`^${IDENTIFIERS}$`);
const MAX_UINT64 = 2n ** 64n - 1n;

function segment(text: string): bigint {
  const value = BigInt(text);
  if (value > MAX_UINT64) {
    throw new SemverError(
      `error parsing version segment: strconv.ParseUint: parsing "${text}": value out of range`,
    );
  }
  return value;
}

function checkPrerelease(text: string): void {
  for (const part of text.split('.')) {
    if (/^0[0-9]+$/.test(part)) throw new SemverError('version segment starts with 0');
  }
}

/** @throws SemverError */
export function parseVersion(text: string): SemverVersion {
  const match = LOOSE.exec(text);
  if (match === null) throw new SemverError('invalid semantic version');
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match;
  const version = {
    major: segment(major),
    minor: segment(minor),
    patch: segment(patch),
    prerelease,
    metadata,
    original: text,
  };
  checkPrerelease(prerelease);
  return version;
}

/** The normalised text. */
export function versionText(version: Omit<SemverVersion, 'original'>): string {
  const { major, minor, patch, prerelease, metadata } = version;
  const tail = `${prerelease === '' ? '' : `-${prerelease}`}${metadata === '' ? '' : `+${metadata}`}`;
  return `${major}.${minor}.${patch}${tail}`;
}

function changed(version: SemverVersion, parts: Partial<SemverVersion>): SemverVersion {
  const next = { ...version, ...parts };
  return { ...next, original: `${version.original.startsWith('v') ? 'v' : ''}${versionText(next)}` };
}

const RELEASE = { prerelease: '', metadata: '' };

/** The next version at one level; a pre-release's next patch is its release. */
export function increment(version: SemverVersion, level: 'major' | 'minor' | 'patch'): SemverVersion {
  switch (level) {
    case 'major':
      return changed(version, {
        major: BigInt.asUintN(64, version.major + 1n),
        minor: 0n,
        patch: 0n,
        ...RELEASE,
      });
    case 'minor':
      return changed(version, { minor: BigInt.asUintN(64, version.minor + 1n), patch: 0n, ...RELEASE });
    default: {
      const patch = version.prerelease === '' ? BigInt.asUintN(64, version.patch + 1n) : version.patch;
      return changed(version, { patch, ...RELEASE });
    }
  }
}

/** @throws SemverError */
export function withPrerelease(version: SemverVersion, prerelease: string): SemverVersion {
  if (prerelease !== '') {
    if (!ONLY_IDENTIFIERS.test(prerelease)) throw new SemverError('invalid prerelease string');
    checkPrerelease(prerelease);
  }
  return changed(version, { prerelease });
}

/** @throws SemverError */
export function withMetadata(version: SemverVersion, metadata: string): SemverVersion {
  if (metadata !== '' && !ONLY_IDENTIFIERS.test(metadata)) throw new SemverError('invalid metadata string');
  return changed(version, { metadata });
}

type Order = -1 | 0 | 1;

const order = <T extends bigint | string>(a: T, b: T): Order => (a < b ? -1 : a > b ? 1 : 0);

const asNumber = (part: string): bigint | undefined => {
  if (!/^[0-9]+$/.test(part)) return undefined;
  const value = BigInt(part);
  return value > MAX_UINT64 ? undefined : value;
};

function compareParts(a: string, b: string): Order {
  const left = asNumber(a);
  const right = asNumber(b);
  if (left !== undefined && right !== undefined) return order(left, right);
  if (left !== undefined || right !== undefined) return left === undefined ? 1 : -1;
  return order(a, b);
}

/** Order of two pre-release texts; none comes after any. */
export function comparePrereleases(a: string, b: string): Order {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? 1 : -1;
  const left = a.split('.');
  const right = b.split('.');
  for (const [i, part] of left.entries()) {
    const other = right[i];
    if (other === undefined) return 1;
    const result = compareParts(part, other);
    if (result !== 0) return result;
  }
  return left.length < right.length ? -1 : 0;
}

export function compareVersions(a: SemverVersion, b: SemverVersion): Order {
  return (
    order(a.major, b.major) ||
    order(a.minor, b.minor) ||
    order(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}
