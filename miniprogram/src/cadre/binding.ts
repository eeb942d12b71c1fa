/** The end of a binding: this phone is nobody's of the staff any more. */
import { call } from "../api/client";
import { signIn } from "../api/ticket";
import { outbox } from "./desk";

/** Take the phone off its owner's name and go home; work that was not handed in stays sealed in the phone. */
export async function endBinding(): Promise<void> {
  await call("POST", "/api/v1/bindings/endings");
  await outbox.lock();
  await signIn();
  wx.reLaunch({ url: "/pages/home/home" });
}
