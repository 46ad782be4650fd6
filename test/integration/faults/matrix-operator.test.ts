/** Of the fault matrix: what happens to the operator itself. */
import { proveCells } from './matrix.ts';

proveCells('operator');
