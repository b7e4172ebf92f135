import { type FrameContext, frameKey, nodeAt, type RunContext, topFrame } from './context.ts'
import { entryOf } from './lookup.ts'
import { inDocumentOrder } from './state.ts'

/** Returns the open frames of a run: each before those of its loops, which are in document order, then by iteration. */
export function framesInOrder(run: RunContext): readonly FrameContext[] {
  const frames: FrameContext[] = []
  const add = (context: FrameContext): void => {
    frames.push(context)
    const { state } = context
    for (const node of inDocumentOrder(state.loops)) {
      for (const frame of framesOfLoop(context, node)) add(frame)
    }
  }
  add(topFrame(run))
  return frames
}

/** Returns the frames of the running iterations of a loop, by index. */
export function framesOfLoop(context: FrameContext, node: number): readonly FrameContext[] {
  const { run, state, iteration } = context
  const { id } = nodeAt(context, node)
  return inDocumentOrder(entryOf(state.loops, node).running).map((index) =>
    entryOf(run.frames, frameKey(id, [...(iteration?.path ?? []), index])),
  )
}
