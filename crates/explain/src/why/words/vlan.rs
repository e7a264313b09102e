//! VLANs that keep apart what belongs together.

use lanternet_core::{PortRef, VlanId};

use super::super::vlan::number;
use super::Words;
use crate::args;
use crate::locale::Args;
use crate::why::diagnosis::Diagnosis;

impl Words<'_> {
    /// What was found, if it is about VLANs.
    pub(super) fn vlan(&self, diagnosis: &Diagnosis) -> Option<(String, Option<String>)> {
        use Diagnosis as D;
        let say = |id, args: Args<'_>| self.say(id, &args);
        let name = |at: &PortRef| (self.name(at.node), self.network.port_name(*at));
        Some(match diagnosis {
            D::WrongVlan { station, at, vlan, right, like } => {
                let (switch, port) = name(at);
                let (station, like) = (self.name(*station), self.name(*like));
                let edit = self.line(*at, &format!("vlan: {right}"));
                (
                    say("why-wrong-vlan", args!(station, switch, port, vlan, right, like)),
                    Some(say("why-help-port", args!(switch, edit))),
                )
            }
            D::TrunkLacksVlan { at, vlan, right } => {
                let (switch, port) = name(at);
                let edit = self.line(*at, &format!("trunk: {}", list(right)));
                (
                    say("why-trunk-lacks-vlan", args!(switch, port, vlan)),
                    Some(say("why-help-port", args!(switch, edit))),
                )
            }
            D::NativeMismatch { at: [a, b], vlans: [old, new] } => {
                let ((near, near_port), (far, far_port)) = (name(a), name(b));
                let edit = format!("native: {old}");
                (
                    say("why-native-mismatch", args!(near, near_port, far, far_port, old, new)),
                    Some(say("why-help-native", args!(far, port = far_port, edit))),
                )
            }
            D::AccessMismatch { at: [a, b], vlans: [old, new] } => {
                let ((near, near_port), (far, far_port)) = (name(a), name(b));
                let edit = self.line(*b, &format!("vlan: {old}"));
                (
                    say("why-access-mismatch", args!(near, near_port, far, far_port, old, new)),
                    Some(say("why-help-port", args!(switch = far, edit))),
                )
            }
            D::AccessPortBetween { at, own, vlan } => {
                let (switch, port) = name(at);
                let edit = self.line(*at, &format!("trunk: {}", list(&[*vlan])));
                (
                    say("why-access-port-between", args!(switch, port, own, vlan)),
                    Some(say("why-help-port", args!(switch, edit))),
                )
            }
            D::TrunkWithoutNative { at } => {
                let (switch, port) = name(at);
                (
                    say("why-trunk-without-native", args!(switch, port)),
                    Some(say("why-help-trunk-without-native", args!(switch, port))),
                )
            }
            D::NoInterfaceForVlan { at, vlan } => {
                let (node, port) = name(at);
                let edit = format!("{port}.{vlan}: {{ address: ... }}");
                (
                    say("why-no-interface-for-vlan", args!(node, port, vlan)),
                    Some(say("why-help-no-interface-for-vlan", args!(node, edit))),
                )
            }
            _ => return None,
        })
    }

    /// A line under `ports:` of the lab file.
    fn line(&self, at: PortRef, settings: &str) -> String {
        let port = number(self.network, at)
            .map_or_else(|| self.network.port_name(at), |number| number.to_string());
        format!("{port}: {{ {settings} }}")
    }
}

fn list(vlans: &[VlanId]) -> String {
    let vlans: Vec<_> = vlans.iter().map(ToString::to_string).collect();
    format!("[{}]", vlans.join(", "))
}
