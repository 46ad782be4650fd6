/**
 * Go's time layouts cut into pieces (spec sprig-functions §14.2): tokens that stand for a part of a
 * time, and text between them that stands for itself. The longest token wins.
 */
export type Token =
  | 'year'
  | 'longYear'
  | 'monthName'
  | 'longMonthName'
  | 'month'
  | 'zeroMonth'
  | 'weekday'
  | 'longWeekday'
  | 'day'
  | 'spaceDay'
  | 'zeroDay'
  | 'spaceYearDay'
  | 'zeroYearDay'
  | 'hour'
  | 'hour12'
  | 'zeroHour12'
  | 'minute'
  | 'zeroMinute'
  | 'second'
  | 'zeroSecond'
  | 'PM'
  | 'pm'
  | 'zoneName'
  | 'offset'
  | 'fraction';

export interface LayoutPiece {
  /** undefined: literal text */
  readonly token: Token | undefined;
  /** the piece as it is written */
  readonly text: string;
}

const FIXED: readonly (readonly [string, Token])[] = [
  ['January', 'longMonthName'],
  ['Monday', 'longWeekday'],
  ['MST', 'zoneName'],
  ['002', 'zeroYearDay'],
  ['01', 'zeroMonth'],
  ['02', 'zeroDay'],
  ['03', 'zeroHour12'],
  ['04', 'zeroMinute'],
  ['05', 'zeroSecond'],
  ['06', 'year'],
  ['15', 'hour'],
  ['1', 'month'],
  ['2006', 'longYear'],
  ['2', 'day'],
  ['__2', 'spaceYearDay'],
  ['_2', 'spaceDay'],
  ['3', 'hour12'],
  ['4', 'minute'],
  ['5', 'second'],
  ['PM', 'PM'],
  ['pm', 'pm'],
  ['-070000', 'offset'],
  ['-07:00:00', 'offset'],
  ['-0700', 'offset'],
  ['-07:00', 'offset'],
  ['-07', 'offset'],
  ['Z070000', 'offset'],
  ['Z07:00:00', 'offset'],
  ['Z0700', 'offset'],
  ['Z07:00', 'offset'],
  ['Z07', 'offset'],
];

const FRACTION = /[.,](?:0+|9+)(?![0-9])/y;

function pieceAt(layout: string, at: number): LayoutPiece | undefined {
  // an underscore before a year is an underscore
  if (layout.startsWith('_2006', at)) return undefined;
  for (const [text, token] of FIXED) if (layout.startsWith(text, at)) return { token, text };
  const short = layout.slice(at, at + 3);
  if ((short === 'Jan' || short === 'Mon') && !/^[a-z]/.test(layout.slice(at + 3))) {
    return { token: short === 'Jan' ? 'monthName' : 'weekday', text: short };
  }
  FRACTION.lastIndex = at;
  const fraction = FRACTION.exec(layout);
  return fraction === null ? undefined : { token: 'fraction', text: fraction[0] };
}

/** The pieces of a layout in order; literal text is one piece between tokens. */
export function piecesOfLayout(layout: string): LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let literal = '';
  const flush = (): void => {
    if (literal !== '') pieces.push({ token: undefined, text: literal });
    literal = '';
  };
  for (let at = 0; at < layout.length; ) {
    const piece = pieceAt(layout, at);
    if (piece === undefined) {
      literal += layout[at++];
      continue;
    }
    flush();
    pieces.push(piece);
    at += piece.text.length;
  }
  flush();
  return pieces;
}
