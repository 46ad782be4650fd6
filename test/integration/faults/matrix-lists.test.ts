/** Of the fault matrix: lists that are cut short or refused. */
import { proveCells } from './matrix.ts';

proveCells('lists');
