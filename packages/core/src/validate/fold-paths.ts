import type { DataFlow, Exit, FlowNode } from './data-flow.ts'

/** Operations that answer a question about all paths to a node. */
export interface PathQuestion<Answer> {
  /** The last node before that can change the answer, or `null`: nodes between it and the asked one are passed over. */
  lastChange(node: FlowNode): FlowNode | null
  /** The answer where it needs no other one; `undefined` elsewhere. */
  known(node: FlowNode): Answer | undefined
  /** The answer from those of the nodes before. */
  combine(node: FlowNode, before: (exit: Exit) => Answer): Answer
  /** Carries the answer of the first node behind the last change over to a later one. @defaultValue as it is */
  carry?(answer: Answer, from: FlowNode, to: FlowNode): Answer
}

/**
 * Answers a question about all paths to a node, each node once, without recursion: paths may be longer than the call
 * stack. What lies on every path behind the last change shares one answer.
 */
export function createPathFold<Answer>(
  { nodes, dominators, meter }: DataFlow,
  question: PathQuestion<Answer>,
): (node: FlowNode) => Answer {
  const answers = new Map<FlowNode, Answer>()
  const carry = question.carry ?? ((answer: Answer) => answer)
  const tops = new Map<FlowNode, FlowNode>()

  function topOf(node: FlowNode): FlowNode {
    const found = tops.get(node)
    if (found !== undefined) return found
    meter.spend(1)
    const change = question.lastChange(node)
    const top = change === null ? node : (nodes[dominators.firstAfter(node.rank, change.rank)] as FlowNode)
    tops.set(node, top)
    return top
  }

  const answerOf = (node: FlowNode): Answer => {
    const top = topOf(node)
    return carry(answers.get(top) as Answer, top, node)
  }

  return (asked) => {
    const open = [topOf(asked)]
    const waiting = new Set<FlowNode>()
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (answers.has(node) || waiting.has(node)) continue
      meter.spend(1)
      const answer = question.known(node)
      if (answer !== undefined) answers.set(node, answer)
      else {
        waiting.add(node)
        meter.spend(2 * node.arriving.length)
        for (const exit of node.arriving) open.push(topOf(exit.node))
      }
    }
    for (const node of [...waiting].sort((a, b) => a.rank - b.rank)) {
      answers.set(
        node,
        question.combine(node, (exit) => answerOf(exit.node)),
      )
    }
    return answerOf(asked)
  }
}
