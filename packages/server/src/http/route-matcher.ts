import type { RouteDefinition } from '@tenon/core/api'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import type { PathParams } from './authorize-route.ts'

export interface RouteMatch {
  readonly params: PathParams
  /** The routes at this path, one for each method. */
  readonly routes: readonly RouteDefinition[]
}

/** Finds the routes at a path, percent-encoded as it arrived, below a base path. */
export type RouteMatcher = (pathname: string) => RouteMatch | null

/** Compiles paths into one regular expression, with the router of Hono. */
export function createRouteMatcher(basePath: string, routes: readonly RouteDefinition[]): RouteMatcher {
  const router = new RegExpRouter<readonly RouteDefinition[]>()
  for (const [path, group] of routesByPath(routes)) router.add('ALL', toHonoPath(path), group)
  return function match(pathname) {
    const [[found], stash = []] = router.match('ALL', pathBelow(basePath, pathname))
    if (found === undefined) return null
    const [group, indexes] = found
    const params = Object.fromEntries(
      paramNames(group[0]).map((name) => [name, decode(stash[Number(indexes[name])] ?? '')]),
    )
    return { params, routes: group }
  }
}

/** Groups routes by path, in the order of the table. */
export function routesByPath(routes: readonly RouteDefinition[]): ReadonlyMap<string, readonly RouteDefinition[]> {
  const groups = new Map<string, RouteDefinition[]>()
  for (const route of routes) {
    const group = groups.get(route.path)
    if (group === undefined) groups.set(route.path, [route])
    else group.push(route)
  }
  return groups
}

/** Writes a path of the route table in the syntax of Hono: `/runs/{runId}` as `/runs/:runId`. */
export function toHonoPath(path: string): string {
  return path.replaceAll(/\{([^}]+)\}/g, ':$1')
}

/** Names of the path parameters, in the order of the path. */
export function paramNames(route: RouteDefinition | undefined): readonly string[] {
  return Object.keys(route?.params.shape ?? {})
}

/**
 * Cuts the base path off a path, so that a base path may hold characters that mean something to a router.
 *
 * @returns The empty text, which no route has, for a path that is not below the base path.
 */
export function pathBelow(basePath: string, pathname: string): string {
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : ''
}

/**
 * Normalizes a base path: `/automation/` and `automation` mean `/automation`, `/café` is percent-encoded as in URLs. The
 * root is the empty text.
 */
export function normalizeBasePath(basePath: string): string {
  const trimmed = basePath.replace(/^\/+|\/+$/g, '')
  return trimmed === '' ? '' : new URL(`http://host/${trimmed}`).pathname
}

// A broken escape cannot be part of an id; the raw text then matches none.
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
