import { useState } from 'react';

const THEMES = ['system', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const KEY = 'partita-theme';

/** Before the first paint: the colours that were chosen last time, else the system's. */
export function applyStoredTheme(): void {
  apply(storedTheme());
}

export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const following = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  const turn = () => {
    localStorage.setItem(KEY, following);
    apply(following);
    setTheme(following);
  };
  return (
    <button
      type="button"
      className="button quiet"
      onClick={turn}
      aria-label={`Colours: ${theme}. Change to ${following}.`}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d={HALVES[theme]} fill="currentColor" />
      </svg>
    </button>
  );
}

/** Half filled: as the system has it; empty: light; full: dark. */
const HALVES: { readonly [theme in Theme]: string } = {
  system: 'M8 1.5a6.5 6.5 0 0 1 0 13z',
  light: '',
  dark: 'M8 1.5a6.5 6.5 0 0 1 0 13a6.5 6.5 0 0 1 0-13z',
};

function storedTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
