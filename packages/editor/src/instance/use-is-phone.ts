import { useEffect, useState } from 'react'

/** Width in pixels below which the editor shows the outline. */
const PHONE_WIDTH = 640

/** Returns whether an element is as narrow as a phone; follows its size. */
export function useIsPhone(element: HTMLElement | null): boolean {
  const [isPhone, setIsPhone] = useState(() => isNarrow(element))
  useEffect(() => {
    if (element === null) return
    setIsPhone(isNarrow(element))
    const observer = new ResizeObserver(() => setIsPhone(isNarrow(element)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return isPhone
}

/** Checks whether an element is as narrow as a phone now. */
export function isNarrow(element: HTMLElement | null): boolean {
  return element !== null && element.clientWidth > 0 && element.clientWidth < PHONE_WIDTH
}
