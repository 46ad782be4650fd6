/**
 * The Go template engine's front door. Formatting comes from `../format/`, and is given on here because
 * template functions need both.
 */
export * from '../format/index.ts';
