import { TenonError } from '@tenon/core/errors'
import { type ComponentType, createContext, useContext } from 'react'
import type { ControlComponents, ControlProps } from './control-props.ts'

/** Controls of the host by name; they override the built-in ones. */
export const HostControlsContext = createContext<ControlComponents>(Object.freeze({}))

/** Controls of a form, in a context because some controls contain rows themselves. */
export interface FormControls {
  readonly byName: ControlComponents
  /** Control for any value, for unknown names. */
  readonly fallback: ComponentType<ControlProps>
}

export const ControlsContext = createContext<FormControls | null>(null)

/** Returns the control with this name, else the fallback. */
export function useControl(name: string): ComponentType<ControlProps> {
  const controls = useContext(ControlsContext)
  if (controls === null) throw new TenonError('INTERNAL', 'A form needs a <ControlsContext.Provider>')
  return controls.byName[name] ?? controls.fallback
}
