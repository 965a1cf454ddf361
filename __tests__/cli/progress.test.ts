import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { type ProgressStream, showProgress } from '../../src/cli/progress.js';
import { Screen } from '../fixtures/screen.js';

const event = (done: number, secondsLeft = 100 - done) => ({
  stage: 'train',
  message: 'objects: trial',
  done,
  total: 90,
  secondsLeft,
});

function stream(isTTY: boolean, columns: number): ProgressStream & { written: string; columns: number } {
  const events = new EventEmitter();
  const own = {
    isTTY,
    columns,
    written: '',
    write: (text: string) => {
      own.written += text;
      return true;
    },
    on: (name: string, listener: () => void) => events.on(name, listener),
    off: (name: string, listener: () => void) => events.off(name, listener),
    emit: (name: string) => events.emit(name),
  };
  return own as unknown as ProgressStream & { written: string; columns: number };
}

it('takes away all lines of a terminal that has become narrower', () => {
  const terminal = stream(true, 100);
  const shown = showProgress(true, 100, terminal);
  shown.update(event(30));
  const line = terminal.written;
  expect(line.length).toBeGreaterThan(60);
  // The terminal breaks what it shows: at 30 columns the line takes two or three.
  const screen = new Screen(30).write(line);
  expect(screen.lines.length).toBeGreaterThan(1);
  terminal.written = '';
  terminal.columns = 30;
  shown.end();
  expect(screen.write(terminal.written).text()).toBe('');
});

it('draws at once when the terminal is resized, and no more after the end', () => {
  const terminal = stream(true, 100) as ReturnType<typeof stream> & EventEmitter;
  const shown = showProgress(true, 100, terminal);
  shown.update(event(30));
  terminal.written = '';
  terminal.columns = 40;
  terminal.emit('resize');
  expect(terminal.written).toContain('[##------] 30 %');
  shown.clear();
  terminal.written = '';
  terminal.emit('resize');
  expect(terminal.written).toBe('');
  shown.update(event(40));
  shown.end();
  terminal.written = '';
  terminal.emit('resize');
  shown.end();
  expect(terminal.written).toBe('');
});

it('shows something on a terminal that does not say how wide it is', () => {
  const terminal = stream(true, 0);
  const shown = showProgress(true, 100, terminal);
  shown.update(event(30));
  shown.end();
  expect(terminal.written).toContain('30 %, 70 s left, objects: trial, 30 of 90');
});

it('writes plain lines where there is no terminal, and nothing when it is not wanted', () => {
  const log = stream(false, 0);
  const shown = showProgress(true, 100, log);
  shown.update(event(30));
  shown.update(event(31));
  shown.update({ ...event(32), stage: 'other' });
  shown.end();
  expect(log.written).toBe(
    'objects: trial, 30 of 90, 30 % of the budget used, 70 s left\nobjects: trial, 32 of 90, 32 % of the budget used, 68 s left\n',
  );
  const quiet = stream(true, 80);
  showProgress(false, 100, quiet).update(event(30));
  expect(quiet.written).toBe('');
});
