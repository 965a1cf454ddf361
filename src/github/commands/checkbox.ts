/** Boxes in our comments. Each contains a command, which ticking it runs. */

/** A box before it was ticked. */
export interface Box {
  line: string;
  /** Without `/headstart`. */
  command: string;
}

/** The last HTML comment of a line counts: the text before it may quote anything. */
const BOX = /^- \[[ xX]\] .*<!-- headstart:do ([\w=,.@ -]{1,200}) -->$/u;
const OPEN = '- [ ] ';

/** The boxes of a comment, open or ticked. */
export function boxesIn(body: string): Box[] {
  return linesOf(body).flatMap((line) => {
    const command = BOX.exec(line)?.[1];
    return command === undefined ? [] : [{ line, command }];
  });
}

/** The box that an edit ticked; null when the edit changed anything else. */
export function tickedBox(before: string, after: string): Box | null {
  const old = linesOf(before);
  const now = linesOf(after);
  if (old.length !== now.length) return null;
  const [changed, ...more] = [...old.keys()].filter((index) => old[index] !== now[index]);
  if ((changed as number | undefined) === undefined || more.length > 0) return null;
  const [line, ticked] = [old[changed], now[changed]];
  const command = BOX.exec(line)?.[1];
  return command !== undefined && line.startsWith(OPEN) && isTicked(ticked, line) ? { line, command } : null;
}

/** The comment with this box open again. */
export function untick(body: string, box: Box): string {
  return linesOf(body)
    .map((line) => (isTicked(line, box.line) ? box.line : line))
    .join('\n');
}

function isTicked(line: string, open: string): boolean {
  return /^- \[[xX]\] /u.test(line) && OPEN + line.slice(OPEN.length) === open;
}

/** GitHub and browsers may change line ends and trailing blanks. */
function linesOf(body: string): string[] {
  return body.replaceAll('\r\n', '\n').trimEnd().split('\n');
}
