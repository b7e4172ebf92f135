import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { build, type Plugin } from 'vite'
import type { TestProject } from 'vitest/node'
import { composeStyles } from '../../scripts/build-styles.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder with the built pages, each in a folder of its own name, and their chunks in `assets`. */
    builtPages: string
  }
}

/** Folders beside this file, each with an `index.html`. */
const PAGES = ['page', 'runs-page', 'connected-page'] as const

export type PageName = (typeof PAGES)[number]

const STYLES = 'virtual:tenon-styles.css'
const RESOLVED = '\0tenon-styles.css'

const styles: Plugin = {
  name: 'tenon-styles',
  resolveId: (id) => (id === STYLES ? RESOLVED : null),
  load: (id) => (id === RESOLVED ? composeStyles() : null),
}

/** A folder for the coverage of the pages; `scripts/run/coverage.mjs` names one and merges what it finds there. */
const COVERAGE = process.env.TENON_BROWSER_COVERAGE

/** Builds the pages of the browser tests once for all of their files. Vitest calls it before the first of them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const outDir = COVERAGE === undefined ? await mkdtemp(join(tmpdir(), 'tenon-editor-pages-')) : join(COVERAGE, 'pages')
  await buildPages(outDir)
  project.provide('builtPages', outDir)
  // Coverage is reported for the sources of the chunks after the tests.
  return async () => {
    if (COVERAGE === undefined) await rm(outDir, { recursive: true, force: true })
  }
}

/** Builds from source, with React's development build, so that StrictMode counts. */
async function buildPages(outDir: string): Promise<void> {
  await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'error',
    plugins: [react(), styles],
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: { conditions: ['@tenon/source', 'module', 'browser', 'development'] },
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      modulePreload: false,
      chunkSizeWarningLimit: 10_000,
      sourcemap: COVERAGE !== undefined,
      rolldownOptions: {
        input: PAGES.map((page) => join(import.meta.dirname, page, 'index.html')),
        output: { sourcemapPathTransform: (path, map) => resolve(dirname(map), path) },
      },
    },
  })
  // Beside the pages' chunks, where an unbundled host has it beside the module.
  await build({
    root: join(import.meta.dirname, '../..'),
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@tenon/source', 'module', 'browser', 'production'] },
    build: {
      outDir: join(outDir, 'assets/layout-worker'),
      minify: false,
      lib: { entry: 'src/layout-worker/index.ts', formats: ['es'], fileName: () => 'index.js' },
    },
  })
}
