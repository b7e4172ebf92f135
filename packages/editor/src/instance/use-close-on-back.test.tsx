// @vitest-environment jsdom
import { act } from '@testing-library/react'
import { type ReactNode, useEffect, useState } from 'react'
import { expect, test } from 'vitest'
import { renderPart } from '../../test/fixtures/render.tsx'
import { createBackLayers } from './back-layers.ts'
import { InstanceReactContext, useInstance } from './instance-context.ts'
import { useCloseOnBack } from './use-close-on-back.ts'

/** An instance that is as narrow as a phone. */
function Phone({ children }: { readonly children: ReactNode }) {
  const instance = useInstance()
  const [backLayers] = useState(() => createBackLayers({ id: 'phone', isWanted: () => true }))
  useEffect(() => backLayers.start(), [backLayers])
  return <InstanceReactContext.Provider value={{ ...instance, backLayers }}>{children}</InstanceReactContext.Provider>
}

function Layer({ isLocked, closed }: { readonly isLocked: boolean; readonly closed: string[] }) {
  useCloseOnBack(true, () => closed.push(isLocked ? 'refused' : 'closed'), isLocked)
  return null
}

/** Goes back, and lets the page and the layers follow; jsdom does so in later tasks. */
async function goBack(): Promise<void> {
  await act(async () => {
    history.back()
    for (let task = 0; task < 20; task += 1) await new Promise((resolve) => setTimeout(resolve, 0))
  })
}

test('Back closes a layer that has refused it while it was locked', async () => {
  history.pushState({ ofHost: 1 }, '', '/workflows/1')
  const closed: string[] = []
  const phone = (isLocked: boolean) => (
    <Phone>
      <Layer isLocked={isLocked} closed={closed} />
    </Phone>
  )
  const { rerender } = renderPart(phone(true))
  await act(() => new Promise((resolve) => setTimeout(resolve, 0)))
  await goBack()
  expect(closed).toEqual(['refused'])
  rerender(phone(false))
  await act(() => new Promise((resolve) => setTimeout(resolve, 0)))
  await goBack()
  expect([closed, location.pathname, history.state]).toEqual([['refused', 'closed'], '/workflows/1', { ofHost: 1 }])
})
