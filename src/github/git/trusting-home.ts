/** A home folder in which git trusts repositories of other users, as those of a container's workspace are. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes one; the settings of the user's own home hold in it as well. */
export function trustingHome(environment: NodeJS.ProcessEnv): string {
  const home = mkdtempSync(join(tmpdir(), 'headstart-home-'));
  const own = environment['HOME'] ?? homedir();
  const inFolders = [
    join(environment['XDG_CONFIG_HOME'] ?? join(own, '.config'), 'git', 'config'),
    join(own, '.gitconfig'),
  ];
  const named = environment['GIT_CONFIG_GLOBAL'];
  const paths = (named === undefined ? inFolders : [named]).map((path) => `\tpath = ${JSON.stringify(path)}`);
  const lines = ['[include]', ...paths, '[safe]', '\tdirectory = *'];
  writeFileSync(join(home, '.gitconfig'), `${lines.join('\n')}\n`);
  return home;
}
