/** How a form of the report stresses words and shows text that came from the repository. */
export interface Voice {
  strong: (text: string) => string;
  /** A sentence. */
  said: (text: string) => string;
  /** The name of something. */
  named: (name: string) => string;
}
