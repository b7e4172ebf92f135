import type { DataFlow, Exit, FlowNode } from './flow-node.ts'

/** Operations of a fold over all paths to a node. */
export interface PathQuestion<Answer> {
  /** Returns the last earlier node that can change the result, or `null`; nodes in between are skipped. */
  lastChange(node: FlowNode): FlowNode | null
  /** Returns the result if it needs no other one; else `undefined`. */
  known(node: FlowNode): Answer | undefined
  /** Computes the result from those of the nodes before. */
  combine(node: FlowNode, before: (exit: Exit) => Answer): Answer
  /** Adapts the result of the first node after the last change to a later one. @defaultValue unchanged */
  carry?(answer: Answer, from: FlowNode, to: FlowNode): Answer
}

/**
 * Creates a fold over all paths to a node, which visits each node once, without recursion, since paths may be longer
 * than the call stack. Nodes on every path after the last change share one result.
 */
export function createPathFold<Answer>(
  { nodes, dominators, meter }: DataFlow,
  question: PathQuestion<Answer>,
): (node: FlowNode) => Answer {
  const answers = new Map<FlowNode, Answer>()
  // Created for the first result that needs others, since most need none.
  let tops: Map<FlowNode, FlowNode> | null = null

  function topOf(node: FlowNode): FlowNode {
    const found = tops?.get(node)
    if (found !== undefined) return found
    meter.spend(1)
    const change = question.lastChange(node)
    const top = change === null ? node : (nodes[dominators.firstAfter(node.rank, change.rank)] as FlowNode)
    tops?.set(node, top)
    return top
  }

  const carried = (top: FlowNode, node: FlowNode): Answer => {
    const answer = answers.get(top) as Answer
    return question.carry === undefined ? answer : question.carry(answer, top, node)
  }

  /** Finds out whether the result of a node is known without those before it. */
  function isKnown(node: FlowNode): boolean {
    if (answers.has(node)) return true
    meter.spend(1)
    const answer = question.known(node)
    if (answer === undefined) return false
    answers.set(node, answer)
    return true
  }

  /** Computes the result of a node from those before it. */
  function fold(asked: FlowNode): void {
    tops ??= new Map()
    const open = [asked]
    const waiting = new Set<FlowNode>()
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (waiting.has(node) || isKnown(node)) continue
      waiting.add(node)
      meter.spend(2 * node.arriving.length)
      for (const exit of node.arriving) open.push(topOf(exit.node))
    }
    for (const node of [...waiting].sort((a, b) => a.rank - b.rank)) {
      const answer = question.combine(node, (exit) => carried(topOf(exit.node), exit.node))
      answers.set(node, answer)
    }
  }

  return (asked) => {
    const top = topOf(asked)
    if (!isKnown(top)) fold(top)
    return carried(top, asked)
  }
}
