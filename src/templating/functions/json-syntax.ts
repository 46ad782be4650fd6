/** Why a Go string is no JSON, in the words of Go's scanner. */

import { toBytes } from '../../support/byte-strings.ts';
import { jsonComplaint as complaintOf } from '../../support/json-syntax.ts';

/** The scanner's complaint about a text; undefined when it is JSON. */
export const jsonComplaint = (text: string): string | undefined => complaintOf(toBytes(text));
