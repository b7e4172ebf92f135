import type { CancelReason, Fact, ParkResolution } from '@tenon/core/run'
import type { Plan, PlanEdge, PlanNode } from '../plan.ts'
import { type Expected, nothing, sorted } from './expected-turn.ts'

interface Cell {
  is: 'pending' | 'ready' | 'open' | 'finished'
  pass: number
  canceling: boolean
  /** Kind of the wait whose result the next pass gets. */
  follows: 'approval' | 'time' | 'event' | 'timeout' | null
  wait: {
    required: number
    votes: { user: string; choice: string }[]
    kind: 'approval' | 'time' | 'parked'
    held: boolean
  } | null
}

interface EdgeState {
  live: boolean
  clean: boolean
}

/**
 * Creates an oracle: a second, simple implementation of the semantics. After each fact it visits every node and walks
 * paths, without counters. It shares no code with the machine.
 */
export function createOracle(plan: Plan): { apply(fact: Fact): Expected; openIds(): string[]; isOver(): boolean } {
  const cells = new Map<string, Cell>(
    plan.nodes.map(({ id }) => [id, { is: 'pending', pass: 0, canceling: false, follows: null, wait: null }]),
  )
  const edges = new Map<PlanEdge, EdgeState>()
  let ending: string | null = null
  let over = false
  let hasDeadline = false
  let paused = false
  const requests = new Set<string>()
  const ends = new Map<string, string>()
  let turn = nothing()
  let reached = new Set<string>()

  const cellOf = (id: string): Cell =>
    cells.get(id) ?? { is: 'finished', pass: 0, canceling: false, follows: null, wait: null }
  const idAt = (index: number): string => plan.nodes[index]?.id ?? ''
  const outOf = (node: PlanNode): PlanEdge[] => plan.edges.filter(({ source }) => idAt(source) === node.id)
  const into = (node: PlanNode): PlanEdge[] => plan.edges.filter(({ target }) => idAt(target) === node.id)
  const nodeNamed = (id: string): PlanNode | undefined => plan.nodes.find((node) => node.id === id)

  function leadsOnlyTo(node: PlanNode, join: PlanNode, known = new Map<string, boolean>()): boolean {
    const before = known.get(node.id)
    if (before !== undefined) return before
    const targets = outOf(node).map(({ target }) => plan.nodes[target])
    const answer =
      targets.length > 0 &&
      targets.every((target) => target !== undefined && (target === join || leadsOnlyTo(target, join, known)))
    known.set(node.id, answer)
    return answer
  }

  function finish(node: PlanNode, port: string | null, clean: boolean): void {
    cellOf(node.id).is = 'finished'
    for (const edge of outOf(node)) {
      const live = port === '*' ? edge.sourceHandle !== 'error' : edge.sourceHandle === port
      edges.set(edge, { live, clean: live && clean })
      if (live) reached.add(idAt(edge.target))
    }
  }

  function stop(id: string, cell: Cell, reason: string): void {
    if (cell.canceling) return
    if (cell.wait !== null) {
      if (cell.wait.held) turn.dropped.push(`${id}/${cell.pass}:${reason}`)
      else turn.closedWaits.push(`${id}/${cell.pass}/0:canceled`)
      cell.is = 'finished'
      cell.wait = null
    } else {
      turn.canceled.push(`${id}:${reason}`)
      cell.canceling = true
    }
  }

  function endRun(how: string, reason: string): void {
    ending = how
    for (const [id, cell] of cells) {
      if (cell.is === 'ready') cell.is = 'pending'
      if (cell.is === 'open') stop(id, cell, reason)
    }
  }

  function fail(node: PlanNode): void {
    if (node.onError === 'park') park(node)
    else handle(node, node.onError)
  }

  function park(node: PlanNode): void {
    const cell = cellOf(node.id)
    cell.is = 'open'
    if (cell.pass === 0) cell.pass = 1
    cell.wait = { required: 1, votes: [], kind: 'parked', held: false }
    const route = outOf(node).some(({ sourceHandle }) => sourceHandle === 'error') ? ',route' : ''
    const passing = node.control === 'approval' ? '' : ',retry_with_params,complete,skip'
    turn.parked.push(`${node.id}/${cell.pass}/0:retry${passing}${route},fail`)
  }

  function handle(node: PlanNode, onError: PlanNode['onError']): void {
    if (onError === 'continue') {
      const port = node.ports[0] ?? 'success'
      turn.handled.push(`${node.id}:${port}`)
      finish(node, port, false)
    } else if (onError === 'route' && outOf(node).some(({ sourceHandle }) => sourceHandle === 'error')) {
      turn.handled.push(`${node.id}:error`)
      finish(node, 'error', false)
    } else {
      cellOf(node.id).is = 'finished'
      endRun(`failed:${node.id}`, 'run_failed')
    }
  }

  function begin(node: PlanNode): void {
    if (node.disabled) {
      turn.skipped.push(`${node.id}:disabled`)
      finish(node, node.ports[0] ?? null, true)
    } else cellOf(node.id).is = 'ready'
  }

  function lose(join: PlanNode): void {
    const losers: string[] = []
    for (const other of plan.nodes) {
      const cell = cellOf(other.id)
      if (other === join || cell.is === 'finished' || cell.canceling || !leadsOnlyTo(other, join)) continue
      if (cell.is === 'open') {
        losers.push(other.id)
        stop(other.id, cell, 'loser')
      } else {
        turn.skipped.push(`${other.id}:loser`)
        cell.is = 'finished'
      }
    }
    noteFired(join, losers)
  }

  function noteFired(node: PlanNode, losers: string[]): void {
    if (into(node).length > 1 || node.control === 'join') turn.fired.push(`${node.id}<${losers.sort().join()}`)
  }

  function look(node: PlanNode): void {
    const states = into(node).map((edge) => edges.get(edge))
    const live = states.filter((state) => state?.live).length
    const clean = states.filter((state) => state?.clean).length
    const isSettled = states.every((state) => state !== undefined)
    const { join } = node
    const isMet =
      join === 'all'
        ? isSettled && live > 0
        : join === 'any'
          ? live > 0
          : join === 'first-success'
            ? clean > 0
            : live >= join.count
    if (isMet) {
      if (join === 'all') noteFired(node, [])
      else lose(node)
      begin(node)
    } else if (isSettled && live === 0) {
      turn.skipped.push(`${node.id}:dead_path`)
      finish(node, null, false)
    } else if (isSettled && node.disabled) begin(node)
    else if (isSettled) {
      turn.unsatisfied.push(node.id)
      fail(node)
    } else if (reached.has(node.id)) {
      const open = states.filter((state) => state === undefined).length
      const need = join === 'all' ? live + open : typeof join === 'object' ? join.count : 1
      turn.waited.push(`${node.id}:${join === 'first-success' ? clean : live}/${need}`)
    }
  }

  function resume(id: string, cell: Cell): void {
    if (paused && cell.wait !== null) {
      cell.wait.held = true
      return
    }
    cell.wait = null
    cell.pass += 1
    turn.scheduled.push(`${id}/${cell.pass}:${cell.follows}`)
  }

  function applyResolution(node: PlanNode, resolution: ParkResolution): void {
    if (resolution.kind === 'complete') {
      if (node.control === 'end') ends.set(node.id, 'completed')
      turn.handled.push(`${node.id}:${resolution.port}`)
      finish(node, resolution.port, true)
    } else handle(node, resolution.kind === 'skip' ? 'continue' : resolution.kind === 'route' ? 'route' : 'fail')
  }

  function outcome(fact: Extract<Fact, { nodeRunId: string }>): void {
    const node = nodeNamed(fact.nodeRunId)
    const cell = cellOf(fact.nodeRunId)
    if (node === undefined || cell.is !== 'open' || cell.pass !== fact.data.pass || cell.wait !== null) return
    if (fact.type === 'node_suspended') {
      turn.openedWaits.push(`${node.id}/${cell.pass}/0`)
      const { waitFor } = fact.data
      const required = waitFor.kind === 'approval' ? waitFor.required : 1
      cell.wait = { required, votes: [], kind: waitFor.kind === 'time' ? 'time' : 'approval', held: false }
      if (!cell.canceling) return
      turn.openedWaits.pop()
      turn.closedWaits.push(`${node.id}/${cell.pass}/0:canceled`)
      cell.is = 'finished'
      return
    }
    if (cell.canceling) {
      cell.is = 'finished'
      return
    }
    if (fact.type === 'node_completed') {
      if (node.control === 'end') ends.set(node.id, fact.data.outcome ?? 'completed')
      finish(node, fact.data.port, true)
    } else if (fact.type === 'node_skipped') {
      turn.skipped.push(`${node.id}:skip_if`)
      finish(node, node.ports[0] ?? null, true)
    } else fail(node)
  }

  function happen(fact: Fact): void {
    switch (fact.type) {
      case 'run_started': {
        hasDeadline = fact.data.deadlineAt !== null
        const trigger = nodeNamed(fact.data.trigger)
        for (const node of plan.nodes) {
          if (node === trigger) begin(node)
          else if (into(node).length === 0) {
            turn.skipped.push(`${node.id}:dead_path`)
            finish(node, null, false)
          }
        }
        return
      }
      case 'timer_fired': {
        if (fact.data.timerId === 'deadline') {
          if (hasDeadline && ending === null) endRun('canceled:timeout', 'run_canceled')
          hasDeadline = false
          return
        }
        const id = fact.data.timerId.split('/')[0] ?? ''
        const cell = cellOf(id)
        if (cell.wait === null || cell.wait.held || `${id}/${cell.pass}/0` !== fact.data.timerId) return
        turn.closedWaits.push(`${fact.data.timerId}:${cell.wait.kind === 'time' ? 'resolved' : 'timeout'}`)
        cell.follows = cell.wait.kind === 'time' ? 'time' : 'timeout'
        resume(id, cell)
        return
      }
      case 'approval_decided': {
        const { waitId, vote } = fact.data
        const id = waitId.split('/')[0] ?? ''
        const cell = cellOf(id)
        const { wait } = cell
        if (wait === null || wait.held || `${id}/${cell.pass}/0` !== waitId) return
        if (wait.votes.some(({ user }) => user === vote.actor.userId)) return
        wait.votes.push({ user: vote.actor.userId, choice: vote.choice })
        if (wait.votes.filter(({ choice }) => choice === vote.choice).length < wait.required) return
        turn.closedWaits.push(`${waitId}:resolved`)
        cell.follows = 'approval'
        resume(id, cell)
        return
      }
      case 'parked_resolved': {
        const { waitId, resolution } = fact.data
        const id = waitId.split('/')[0] ?? ''
        const cell = cellOf(id)
        const node = nodeNamed(id)
        if (node === undefined || cell.wait === null || cell.wait.held || `${id}/${cell.pass}/0` !== waitId) return
        turn.closedWaits.push(`${waitId}:resolved`)
        if (resolution.kind === 'retry_with_params' || cell.follows === 'event') cell.follows = null
        if (resolution.kind === 'retry' || resolution.kind === 'retry_with_params') resume(id, cell)
        else {
          cell.wait = null
          applyResolution(node, resolution)
        }
        return
      }
      case 'event_received': {
        const { waitId } = fact.data
        const id = waitId.split('/')[0] ?? ''
        const cell = cellOf(id)
        if (cell.wait === null || cell.wait.held || `${id}/${cell.pass}/0` !== waitId) return
        turn.closedWaits.push(`${waitId}:resolved`)
        cell.follows = 'event'
        resume(id, cell)
        return
      }
      // No play of the oracle starts children, or repeats a run.
      case 'child_finished':
      case 'outcomes_reused':
        return
      // No play of the oracle undoes anything, or moves to another version or engine.
      case 'engine_change_requested':
      case 'migrate_requested':
      case 'migration_withdrawn':
      case 'compensation_skip_requested':
        return
      case 'cancel_requested':
        if (ending === null) endRun(`canceled:${fact.data.reason satisfies CancelReason}`, 'run_canceled')
        return
      case 'pause_requested':
      case 'resume_requested': {
        const { requestId } = fact.data
        const pauses = fact.type === 'pause_requested'
        if (ending !== null || paused === pauses || requests.has(requestId)) return
        requests.add(requestId)
        paused = pauses
        turn.pauses.push(pauses ? 'run_paused' : 'run_resumed')
        for (const [id, cell] of cells) if (!paused && cell.wait?.held) resume(id, cell)
        return
      }
      default:
        outcome(fact)
    }
  }

  function terminal(): string {
    if (ending !== null) return ending
    const first = plan.nodes.find(({ id }) => ends.has(id))
    return first === undefined ? 'completed:completed:null' : `completed:${ends.get(first.id)}:${first.id}`
  }

  return {
    apply(fact) {
      turn = nothing()
      reached = new Set()
      if (over) return turn
      happen(fact)
      for (const node of plan.nodes) {
        if (ending === null && cellOf(node.id).is === 'pending' && into(node).length > 0) look(node)
      }
      for (const [id, cell] of cells) {
        if (paused || cell.is !== 'ready') continue
        cell.is = 'open'
        cell.pass = 1
        turn.scheduled.push(`${id}/1:null`)
      }
      over = [...cells.values()].every(({ is }) => is !== 'open' && is !== 'ready')
      if (over) turn.terminal = terminal()
      return sorted(turn)
    },
    openIds: () => [...cells].flatMap(([id, { is }]) => (is === 'open' ? [id] : [])).sort(),
    isOver: () => over,
  }
}
