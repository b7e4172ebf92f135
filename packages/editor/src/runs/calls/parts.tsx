import type { ComponentProps } from 'react'
import { SubWorkflowTexts } from '../../shell/sub-workflow-texts.tsx'
import { CallTree } from './call-tree.tsx'
import { ChildRun } from './child-run.tsx'
import { StartedBy } from './started-by.tsx'

/** {@link ChildRun} with its texts. */
export function ChildRunPart(props: ComponentProps<typeof ChildRun>) {
  return (
    <SubWorkflowTexts>
      <ChildRun {...props} />
    </SubWorkflowTexts>
  )
}

/** {@link StartedBy} with its texts. */
export function StartedByPart(props: ComponentProps<typeof StartedBy>) {
  return (
    <SubWorkflowTexts>
      <StartedBy {...props} />
    </SubWorkflowTexts>
  )
}

/** {@link CallTree} with its texts. */
export function CallTreePart(props: ComponentProps<typeof CallTree>) {
  return (
    <SubWorkflowTexts>
      <CallTree {...props} />
    </SubWorkflowTexts>
  )
}
