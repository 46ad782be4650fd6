/** The generators there are, by the field of an entry that names them, and those that are known but not supported yet. */
import { clustersGenerator } from './clusters.ts';
import type { Generator } from './contract.ts';
import { gitGenerator } from './git.ts';
import { listGenerator } from './list.ts';
import { matrixGenerator } from './matrix.ts';
import { mergeGenerator } from './merge.ts';

/** A field of an entry that is not in here although it is a generator is refused, never ignored. */
export const GENERATORS: ReadonlyMap<string, Generator> = new Map(
  [listGenerator, clustersGenerator, gitGenerator, matrixGenerator, mergeGenerator].map((generator) => [
    generator.name,
    generator,
  ]),
);
