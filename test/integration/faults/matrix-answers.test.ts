/** Of the fault matrix: answers that say nothing, something else, or come too late. */
import { proveCells } from './matrix.ts';

proveCells('answers');
