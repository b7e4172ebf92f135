import { openCallsOf } from './call-frames.ts'
import { type FrameContext, frameKey, nodeAt, type RunContext, topFrame } from './context.ts'
import { entryOf } from './lookup.ts'
import { inDocumentOrder } from './state.ts'

/**
 * Returns the frames of a run, each before those of its loops and callers: the open ones in document order, then by iteration, and
 * after them those of ended iterations that are kept.
 */
export function framesInOrder(run: RunContext): readonly FrameContext[] {
  const frames: FrameContext[] = []
  const add = (context: FrameContext): void => {
    frames.push(context)
    const { state } = context
    const isParent = (node: number): boolean => state.loops.has(node) || state.calls.has(node)
    for (const node of inDocumentOrder(state.open).filter(isParent)) {
      for (const frame of framesBelow(context, node)) add(frame)
    }
  }
  add(topFrame(run))
  return frames.length === run.frames.size ? frames : [...frames, ...keptFrames(run)]
}

function keptFrames({ frames }: RunContext): readonly FrameContext[] {
  const kept = [...frames].filter(([, { state }]) => state.ended !== null)
  const depthOf = ([, { index }]: (typeof kept)[number]): number => index.depth
  kept.sort((a, b) => depthOf(a) - depthOf(b) || (a[0] < b[0] ? -1 : 1))
  return kept.map(([, frame]) => frame)
}

/** Returns the frames of the node runs that an open node run waits for: running iterations, or calls. */
export function framesBelow(context: FrameContext, node: number): readonly FrameContext[] {
  if (context.state.loops.has(node)) return framesOfLoop(context, node)
  const calls = openCallsOf(context, node)
  return calls === undefined ? [] : [calls]
}

/** Returns the frames of the running iterations of a loop, by index. */
export function framesOfLoop(context: FrameContext, node: number): readonly FrameContext[] {
  const { run, state, iteration } = context
  const { id } = nodeAt(context, node)
  return inDocumentOrder(entryOf(state.loops, node).running).map((index) =>
    entryOf(run.frames, frameKey(id, [...(iteration?.path ?? []), index])),
  )
}
