import { type ComponentType, useContext } from 'react'
import type { ControlProps } from './control-props.ts'
import { BUILT_IN_CONTROLS } from './controls/built-in-controls.ts'
import { JsonControl } from './controls/structure-controls.tsx'
import { ControlsContext } from './controls-context.ts'

/** The control of this name: the host's, else ours, else the one that can show every value. */
export function useControl(name: string): ComponentType<ControlProps> {
  const own = useContext(ControlsContext)
  return own[name] ?? BUILT_IN_CONTROLS[name] ?? JsonControl
}
