// The pad whose drawing goes to the server after every stroke; nothing else is sent.
import { mount } from '../../kit/board.js';
import { DrawPad } from '../../kit/draw_pad.js';

export default mount('.draw-pad', DrawPad);
