import type { ReactNode } from 'react'
import { OwnInstance, type OwnInstanceProps } from './own-instance.tsx'
import { RunTexts } from './run-texts.tsx'

/** Creates an instance around a separate run view; inside an instance, the view uses that one. */
export function EnsureInstance({ children, ...props }: OwnInstanceProps): ReactNode {
  return (
    <OwnInstance {...props}>
      <RunTexts>{children}</RunTexts>
    </OwnInstance>
  )
}
