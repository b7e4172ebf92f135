import { createHiddenCheck } from './check-hidden.ts'
import { createMeetingCheck } from './check-meeting.ts'
import type { ReportIssue } from './issue.ts'
import type { TracedWorkflow } from './trace-workflow.ts'

/**
 * Reports keys of `input` that two nodes write: one before the other, or in parallel branches if a later node reads
 * them.
 */
export function* checkCollisions(traced: TracedWorkflow, report: ReportIssue): Generator<undefined, void> {
  const checkHidden = createHiddenCheck(traced.flow)
  const checkMeeting = createMeetingCheck(traced)
  for (const node of traced.flow.nodes) {
    // No node reads the output of one that undoes another.
    if (node.surveyed.undoes === null) checkHidden(node, report)
    if (node.arriving.length > 1) checkMeeting(node, report)
    if (traced.flow.meter.endSliceIfOver()) yield
  }
}
