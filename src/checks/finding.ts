/** The result of one check of the data. */
export interface Finding {
  /** For example `leak-exact`, `unreadable`, `tiny-class`. */
  id: string;
  severity: 'error' | 'warning' | 'info';
  /** What it does to the verdict. */
  effect: 'blocks' | 'weakens' | 'informs';
  /** One sentence. */
  message: string;
  /** What to do about it. */
  remedy: string;
  /** Number of images, classes or rows concerned. */
  count: number;
  /** Files or classes, at most 50 of them. */
  evidence: string[];
  /** The files concerned, relative to the working directory, at most 50 of them. */
  places?: Place[];
}

/** A file, or a line of it, that a finding is about. */
export interface Place {
  file: string;
  /**
   * @asType integer
   * @minimum 1
   */
  line?: number;
}
