/** Of the fault matrix: watches that end, writes that are refused. */
import { proveCells } from './matrix.ts';

proveCells('watches-and-writes');
