import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { installFolder, searchedLocations } from '../../../src/engine/native/locations.js';

const linux = { platform: 'linux', arch: 'x64' };
const at = (...parts: string[]) => resolve('/', ...parts);
const tool = at('tools', 'headstart-native', '4.22.0', 'x64');

describe('where the native pack is', () => {
  it('is searched beside the program, then in the tool cache, then in the user’s', () => {
    const environment = { RUNNER_TOOL_CACHE: at('tools'), HOME: at('home', 'u') };
    expect(searchedLocations(environment, at('opt', 'headstart'), linux)).toEqual([
      { name: '.native', folder: at('opt', 'headstart', '.native') },
      { name: 'node_modules', folder: at('opt', 'headstart') },
      { name: 'node_modules', folder: at('opt') },
      { name: 'node_modules', folder: at() },
      { name: 'tool cache', folder: tool },
      { name: 'user cache', folder: at('home', 'u', '.cache', 'headstart', 'native', '4.22.0-linux-x64') },
    ]);
  });

  it('is nowhere else when HEADSTART_TENSORFLOW names a folder', () => {
    const environment = { HEADSTART_TENSORFLOW: at('named'), RUNNER_TOOL_CACHE: at('tools') };
    expect(searchedLocations(environment, at('opt'), linux)).toEqual([
      { name: 'HEADSTART_TENSORFLOW', folder: at('named') },
    ]);
  });

  it.each<[string, NodeJS.ProcessEnv, string, string | null]>([
    ['the tool cache on a runner', { RUNNER_TOOL_CACHE: at('tools'), HOME: at('u') }, 'linux', tool],
    [
      'XDG_CACHE_HOME',
      { XDG_CACHE_HOME: at('c'), HOME: at('u') },
      'linux',
      at('c/headstart/native/4.22.0-linux-x64'),
    ],
    [
      'LOCALAPPDATA on Windows',
      { LOCALAPPDATA: at('l'), HOME: at('u') },
      'win32',
      at('l/headstart/native/4.22.0-win32-x64'),
    ],
    ['the home folder', { HOME: at('u') }, 'darwin', at('u/.cache/headstart/native/4.22.0-darwin-x64')],
    ['no relative folder', { RUNNER_TOOL_CACHE: 'tools', XDG_CACHE_HOME: '.', HOME: '' }, 'linux', null],
  ])('is installed in %s', (_, environment, platform, folder) => {
    expect(installFolder(environment, { platform, arch: 'x64' })).toBe(folder);
  });
});
