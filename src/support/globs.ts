/**
 * The front door to the four pattern languages of the field; none is like another.
 *
 *   compilePathMatch(p)    Go's path.Match, for directories; undefined when malformed
 *   compilePathspec(p)     git ls-files, for files (old matcher); throws in git's words
 *   compileDoublestar(p)   doublestar v4, for files (new matcher); throws `syntax error in pattern`
 *   compileNamespaces(ps)  lists of namespaces: globs and /regex/
 */
export { compileDoublestar, type FilePattern } from './globs/doublestar.ts';
export { compileNamespaces, type NamespaceList } from './globs/namespaces.ts';
export { compilePathMatch, type PathPattern } from './globs/path-match.ts';
export { compilePathspec, type Pathspec } from './globs/pathspec.ts';
