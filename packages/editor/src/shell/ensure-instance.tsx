import { type ReactNode, useContext } from 'react'
import { InstanceReactContext } from '../instance/instance-context.ts'
import { type InstanceProps, InstanceRoot } from './instance-root.tsx'
import { RunTexts } from './run-texts.tsx'

interface EnsureInstanceProps extends InstanceProps {
  readonly placeholder?: ReactNode
  readonly label?: string
  readonly children: ReactNode
}

/** Creates an instance around a separate run view; inside an instance, the view uses that one. */
export function EnsureInstance({ children, ...props }: EnsureInstanceProps): ReactNode {
  const outer = useContext(InstanceReactContext)
  const view = <RunTexts>{children}</RunTexts>
  return outer === null ? <InstanceRoot {...props}>{view}</InstanceRoot> : view
}
