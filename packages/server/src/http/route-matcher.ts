import type { RouteDefinition } from '@tenon/core/api'

export interface RouteMatch {
  readonly params: Readonly<Record<string, string>>
  /** The routes at this path, one a method. */
  readonly routes: readonly RouteDefinition[]
}

/** Finds the routes at a path below a base path. */
export type RouteMatcher = (pathname: string) => RouteMatch | null

interface Place {
  readonly pattern: RegExp
  readonly names: readonly string[]
  readonly routes: RouteDefinition[]
}

export function createRouteMatcher(basePath: string, routes: readonly RouteDefinition[]): RouteMatcher {
  const places = new Map<string, Place>()
  for (const route of routes) {
    const place = places.get(route.path) ?? placeOf(basePath, route.path)
    place.routes.push(route)
    places.set(route.path, place)
  }
  return function match(pathname) {
    for (const place of places.values()) {
      const found = place.pattern.exec(pathname)
      if (found === null) continue
      const params = Object.fromEntries(place.names.map((name, index) => [name, decode(found[index + 1] ?? '')]))
      return { params, routes: place.routes }
    }
    return null
  }
}

/** `/automation/` and `automation` both mean `/automation`; the root is the empty text. */
export function normalizeBasePath(basePath: string): string {
  const trimmed = basePath.replace(/^\/+|\/+$/g, '')
  return trimmed === '' ? '' : `/${trimmed}`
}

function placeOf(basePath: string, path: string): Place {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? '')
  const source = path
    .split(/\{[^}]+\}/)
    .map(quote)
    .join('([^/]+)')
  return { pattern: new RegExp(`^${quote(basePath)}${source}$`), names, routes: [] }
}

function quote(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

// A broken escape cannot be part of an id; the raw text then matches none.
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
