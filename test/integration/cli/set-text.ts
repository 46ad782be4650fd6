/** Text of a set, with the generators and changes a test gives: what a user has in a file. */
export const setText = (generators: string, name = 'a-{{.name}}'): string =>
  `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: sets
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
${generators}
  template:
    metadata:
      name: '${name}'
    spec:
      project: default
      source:
        repoURL: https://git.example.com/acme/platform.git
        targetRevision: main
        path: apps
      destination:
        server: https://kubernetes.default.svc
        namespace: apps
`;

/** A list generator with these elements, in flow style. */
export const listOf = (...elements: readonly string[]): string =>
  `  generators:\n    - list:\n        elements:\n${elements.map((element) => `          - ${element}\n`).join('')}`.trimEnd();
