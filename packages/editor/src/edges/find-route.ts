import type { Position } from '@tenon/core/document'
import type { CardBox, EdgeBetween } from './card-box.ts'
import { createQueue } from './queue.ts'

/** Least distance in pixels between an edge and a card. */
const CLEARANCE = 8
/** Distances in pixels from a card at which edges run beside it, above it and below it; the first is the best. */
const LANES = { x: [36, 24, 12], y: [16, 24] } as const
/** Length in pixels that a detour may have to use the next better lane. */
const LANE_COST = 4
/** Distance in pixels that an edge runs straight out of a port and into an input. */
const STUB = 12
/** Length in pixels that a detour may have to save a bend. */
const BEND_COST = 48
/** Distance in pixels around an edge in which cards give lanes; farther ones are only avoided. */
const REACHES = [240, 1_200]

/** A straight part of an edge that has been routed. */
interface Leg {
  readonly isVertical: boolean
  readonly at: number
  readonly low: number
  readonly high: number
  readonly edge: EdgeBetween
}

/** Edges that have been routed, so that the next ones run beside them. */
interface TakenLanes {
  readonly add: (edge: EdgeBetween, points: readonly Position[]) => void
  /** Checks if a part of a lane is used by an edge with other ports. */
  readonly isTaken: (leg: Leg) => boolean
}

export function createTakenLanes(): TakenLanes {
  const legs = new Map<string, Leg[]>()
  const keyOf = ({ isVertical, at }: Leg) => `${isVertical ? 'x' : 'y'}${at}`
  return {
    add: (edge, points) => {
      for (const [index, to] of points.entries()) {
        const from = points[index - 1]
        if (from === undefined) continue
        const leg = legBetween(edge, from, to)
        legs.set(keyOf(leg), [...(legs.get(keyOf(leg)) ?? []), leg])
      }
    },
    isTaken: (leg) =>
      (legs.get(keyOf(leg)) ?? []).some((other) => {
        const isShared = isSamePoint(other.edge.from, leg.edge.from) || isSamePoint(other.edge.to, leg.edge.to)
        return !isShared && other.low < leg.high && other.high > leg.low
      }),
  }
}

function isSamePoint(one: Position, other: Position): boolean {
  return one.x === other.x && one.y === other.y
}

function legBetween(edge: EdgeBetween, from: Position, to: Position): Leg {
  const isVertical = from.x === to.x
  const [one, other] = isVertical ? [from.y, to.y] : [from.x, to.x]
  return { isVertical, at: isVertical ? from.x : from.y, low: Math.min(one, other), high: Math.max(one, other), edge }
}

/**
 * Finds the bend points of an edge that crosses no card: horizontal and vertical lines in the gaps between the cards,
 * as short and with as few bends as possible.
 *
 * @param cards - All cards, the two of the edge included.
 * @param taken - Edges with routes; this one runs beside them instead of over them where it can.
 * @returns The corners between the ends; `null` if the cards leave no gap.
 */
export function findRoute(edge: EdgeBetween, cards: readonly CardBox[], taken: TakenLanes): readonly Position[] | null {
  const source = cards.find(({ id }) => id === edge.source)
  const target = cards.find(({ id }) => id === edge.target)
  if (source === undefined || target === undefined) return null
  const start = { x: source.x + source.width + STUB, y: edge.from.y }
  const goal = { x: target.x - STUB, y: edge.to.y }
  for (const reach of REACHES) {
    const corners = search(start, goal, edge, gridAround(start, goal, cards, reach), taken)
    if (corners !== null) return withoutStraight([edge.from, ...corners, edge.to]).slice(1, -1)
  }
  return null
}

interface Grid {
  readonly xs: readonly number[]
  readonly ys: readonly number[]
  /** Cost in pixels of turning into a lane, by its coordinate. */
  readonly laneCosts: { readonly x: ReadonlyMap<number, number>; readonly y: ReadonlyMap<number, number> }
  /** Checks if the line from a crossing of lanes to the next one, to the right or down, is free of cards. */
  readonly isFree: (column: number, row: number, isVertical: boolean) => boolean
}

function gridAround(start: Position, goal: Position, cards: readonly CardBox[], reach: number): Grid {
  const left = Math.min(start.x, goal.x) - reach
  const right = Math.max(start.x, goal.x) + reach
  const top = Math.min(start.y, goal.y) - reach
  const bottom = Math.max(start.y, goal.y) + reach
  const near = cards.filter(({ x, y, width, height }) => {
    return x < right && x + width > left && y < bottom && y + height > top
  })
  const spansX = near.map(({ x, width }) => ({ low: x, high: x + width }))
  const spansY = near.map(({ y, height }) => ({ low: y, high: y + height }))
  const laneCosts = { x: lanesBeside(spansX, LANES.x), y: lanesBeside(spansY, LANES.y) }
  const xs = ascending([start.x, goal.x, ...laneCosts.x.keys()])
  const ys = ascending([start.y, goal.y, ...laneCosts.y.keys()])
  // Cards beyond the outermost lanes block no lane.
  const [west = 0, east = 0, north = 0, south = 0] = [xs[0], xs.at(-1), ys[0], ys.at(-1)]
  const obstacles = cards.filter(({ x, y, width, height }) => {
    const isBeside = x >= east + CLEARANCE || x + width <= west - CLEARANCE
    return !isBeside && y < south + CLEARANCE && y + height > north - CLEARANCE
  })
  const across = obstacles.map(({ x, width }) => ({ low: x - CLEARANCE, high: x + width + CLEARANCE }))
  const down = obstacles.map(({ y, height }) => ({ low: y - CLEARANCE, high: y + height + CLEARANCE }))
  const rows = ys.map((y) => freeParts(xs, y, across, down))
  const columns = xs.map((x) => freeParts(ys, x, down, across))
  return {
    xs,
    ys,
    laneCosts,
    isFree: (column, row, isVertical) => (isVertical ? columns[column]?.[row] : rows[row]?.[column]) ?? false,
  }
}

interface Span {
  readonly low: number
  readonly high: number
}

function lanesBeside(spans: readonly Span[], distances: readonly number[]): ReadonlyMap<number, number> {
  const costs = new Map<number, number>()
  for (const { low, high } of spans) {
    for (const [index, distance] of distances.entries()) {
      for (const at of [low - distance, high + distance]) {
        costs.set(at, Math.min(index * LANE_COST, costs.get(at) ?? Number.POSITIVE_INFINITY))
      }
    }
  }
  return costs
}

/** Checks which parts of a lane, between the lanes that it crosses, are free of cards. */
function freeParts(
  crossings: readonly number[],
  at: number,
  along: readonly Span[],
  across: readonly Span[],
): boolean[] {
  const covered = along.filter((_, card) => {
    const { low = 0, high = 0 } = across[card] ?? {}
    return at > low && at < high
  })
  return crossings.map((from, index) => {
    const to = crossings[index + 1]
    return to !== undefined && covered.every(({ low, high }) => high <= from || low >= to)
  })
}

function ascending(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b)
}

/** Directions of travel, clockwise. The opposite direction is two indexes further. */
const STEPS = [
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
  { x: 0, y: -1 },
] as const
const RIGHT = 0

/** A* over the crossings of the lanes, by the direction of arrival at each. The first and last legs are horizontal. */
function search(
  start: Position,
  goal: Position,
  edge: EdgeBetween,
  { xs, ys, laneCosts, isFree }: Grid,
  taken: TakenLanes,
): readonly Position[] | null {
  const stateOf = (column: number, row: number, direction: number) => (row * xs.length + column) * 4 + direction
  const pointOf = (state: number): Position => {
    const crossing = Math.floor(state / 4)
    return { x: xs[crossing % xs.length] ?? 0, y: ys[Math.floor(crossing / xs.length)] ?? 0 }
  }
  const first = stateOf(xs.indexOf(start.x), ys.indexOf(start.y), RIGHT)
  const costs = new Map([[first, 0]])
  const origins = new Map<number, number>()
  const queue = createQueue([first])
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    const from = pointOf(state)
    const direction = state % 4
    if (isSamePoint(from, goal) && direction === RIGHT) return backFrom(state, origins).map(pointOf)
    const crossing = Math.floor(state / 4)
    const [column, row] = [crossing % xs.length, Math.floor(crossing / xs.length)]
    for (const [next, step] of STEPS.entries()) {
      if (next === (direction + 2) % 4) continue
      const isVertical = step.y !== 0
      if (!isFree(column + Math.min(step.x, 0), row + Math.min(step.y, 0), isVertical)) continue
      const reached = stateOf(column + step.x, row + step.y, next)
      const to = pointOf(reached)
      const length = Math.abs(to.x - from.x) + Math.abs(to.y - from.y)
      const laneCost = (isVertical ? laneCosts.x.get(to.x) : laneCosts.y.get(to.y)) ?? 0
      const price =
        length * (taken.isTaken(legBetween(edge, from, to)) ? 3 : 1) + (next === direction ? 0 : BEND_COST + laneCost)
      const cost = (costs.get(state) ?? 0) + price
      if (cost >= (costs.get(reached) ?? Number.POSITIVE_INFINITY)) continue
      costs.set(reached, cost)
      origins.set(reached, state)
      queue.add(reached, cost + Math.abs(goal.x - to.x) + Math.abs(goal.y - to.y))
    }
  }
  return null
}

function backFrom(state: number, origins: ReadonlyMap<number, number>): readonly number[] {
  const states = [state]
  for (let before = origins.get(state); before !== undefined; before = origins.get(before)) states.unshift(before)
  return states
}

/** Removes the points at which a line does not bend. */
function withoutStraight(line: readonly Position[]): readonly Position[] {
  return line.filter((point, index) => {
    const [before, after] = [line[index - 1], line[index + 1]]
    if (before === undefined || after === undefined) return true
    const isStraight = (before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y)
    return !isStraight
  })
}
