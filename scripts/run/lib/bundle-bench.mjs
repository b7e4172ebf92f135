import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './paths.mjs'

/**
 * Bundles TypeScript and our packages from their sources, as a host's production build does; npm packages and the
 * scripts of this repository stay where they are.
 *
 * @param {string} entry
 * @returns {Promise<string>} the file to run, below node_modules so that it finds packages
 */
export async function bundleBench(entry) {
  const outfile = join(root, 'node_modules/.cache/tenon-bench', basename(entry).replace(/\.ts$/, '.js'))
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
    conditions: ['@tenon/source'],
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [{ name: 'outside', setup: leaveOutside }],
  })
  return outfile
}

/** @param {import('esbuild').PluginBuild} bundle */
function leaveOutside(bundle) {
  bundle.onResolve({ filter: /^[^./]/ }, ({ path }) => (path.startsWith('@tenon/') ? null : { path, external: true }))
  // They know where they lie, which a bundle would change.
  bundle.onResolve({ filter: /^\..*\.mjs$/ }, ({ path, importer }) => ({
    path: pathToFileURL(resolve(dirname(importer), path)).href,
    external: true,
  }))
}
