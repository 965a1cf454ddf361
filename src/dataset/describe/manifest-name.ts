/** Whether a file is called as manifests are: `headstart.yaml`, `.headstart.yaml` or `<name>.headstart.yaml`. */
export function isManifestName(name: string): boolean {
  return /^(|\.|[^.].*\.)headstart\.ya?ml$/i.test(name);
}
