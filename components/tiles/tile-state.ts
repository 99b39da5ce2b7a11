import type { UiState } from '#components/ui/state-shape.tsx';
import type { TileState } from '#model/product.ts';

/** How a tile's state is shown. Orange until complete and applied, green when deployed and healthy. */
export const TILE_SHOWN = {
  not_configured: { state: 'unset', tone: 'attention', word: 'Not configured' },
  ready: { state: 'attention', tone: 'attention', word: 'Not applied' },
  applying: { state: 'working', tone: 'working', word: 'Working' },
  installed: { state: 'running', tone: 'running', word: 'Running' },
  attention: { state: 'attention', tone: 'attention', word: 'Attention' },
  failed: { state: 'failed', tone: 'failed', word: 'Failed' },
  deleting: { state: 'attention', tone: 'failed', word: 'To be deleted' },
} as const satisfies Record<TileState, { state: UiState; tone: UiState; word: string }>;
