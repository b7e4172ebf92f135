// Writes one declaration file for each public module of the package in the working directory, and for what they import,
// to a folder from which tsup bundles them (see tsup-package.mjs). Fails for a type error.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tsupEntries, typesFolder } from './tsup-package.mjs'

const cwd = process.cwd()
const folder = typesFolder(cwd)
// Beside the folder, which contains declarations only.
const project = `${folder}.tsconfig.json`
const compiler = join(import.meta.dirname, '../../node_modules/typescript-native/bin/tsc')

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
writeFileSync(
  project,
  JSON.stringify({
    extends: join(cwd, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      noEmitOnError: true,
      rootDir: join(cwd, 'src'),
      outDir: folder,
      // Packages that this one depends on are read as they are published.
      customConditions: [],
    },
    include: [],
    files: Object.values(tsupEntries(cwd)).map((source) => join(cwd, source)),
  }),
)
process.exitCode = spawnSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' }).status ?? 1
