//! What a lab is expected to do, and why it does not.

use lanternet_core::NodeId;
use lanternet_explain::why::Answer;
use lanternet_explain::{Catalogue, Locale, verdict};
use lanternet_lab::{Claim, NodeIndex, Question, Target};

use super::failure::{Failure, FailureKind};
use super::lab::Lab;
use super::run::Goal;

/// # Expectations
impl Lab {
    /// Judges a line of the `expect` language, such as `a1 reaches b3:9090`, `a1 cannot reach b3`,
    /// `a1 resolves www.example to 192.0.2.80`, `a1 has address in 192.168.1.0/24`, or `output of a1
    /// contains "hello"`. A probe takes simulated time, that which its ends need to get their addresses
    /// included.
    ///
    /// # Errors
    /// When it does not hold: what was found instead, and for a probe why.
    ///
    /// # Panics
    /// When the line cannot be read, or is about something that the lab does not have.
    #[track_caller]
    pub fn expect(&mut self, line: &str) -> Result<(), Failure> {
        let expectation = match lanternet_lab::expectation(&self.description, line) {
            Ok(expectation) => expectation,
            Err(mistakes) => panic!("this is no expectation of this lab\n{}", mistakes.plain()),
        };
        self.judge(&expectation)
    }

    /// Judges the expectations of the lab's text, in their order.
    ///
    /// # Errors
    /// The first that does not hold.
    pub fn expect_all(&mut self) -> Result<(), Failure> {
        let expectations = self.description.expectations.clone();
        expectations.iter().try_for_each(|expectation| self.judge(expectation))
    }

    fn judge(&mut self, expectation: &lanternet_lab::Expectation) -> Result<(), Failure> {
        let (of, other) = match &expectation.claim {
            Claim::Reach { from, target: Target::Node(to), .. } => (Some(*from), Some(*to)),
            Claim::Reach { from: of, .. }
            | Claim::Resolve { node: of, .. }
            | Claim::HasAddress { node: of, .. } => (Some(*of), None),
            Claim::Output { .. } | Claim::Exit { .. } => (None, None),
        };
        self.wait_for_network([of, other])?;
        let judged = self.network.judge(&self.description, expectation);
        self.check_programs()?;
        if judged.held {
            return Ok(());
        }
        let (catalogue, topology) = (Catalogue::new(Locale::En), self.network.sim.topology());
        let found = verdict::reason(&catalogue, &self.description, topology, &judged);
        let text = expectation.text.to_string();
        Err(self.failure(FailureKind::Expectation { text, found: found.unwrap_or_default() }))
    }

    /// Sends a probe from a node to a node, address or name, with a port or without, and tells its
    /// story hop by hop, as `lanternet why` does. Takes simulated time, that which its ends need to get
    /// their addresses included.
    ///
    /// # Errors
    /// When a program of the test fails meanwhile.
    ///
    /// # Panics
    /// When the question cannot be asked, such as of a node that does not exist.
    #[track_caller]
    pub fn why(&mut self, from: &str, to: &str) -> Result<String, Failure> {
        let question = match Question::parse(&self.description, from, to) {
            Ok(question) => question,
            Err(error) => panic!("{}; {}", error.message, error.help.unwrap_or_default()),
        };
        let Question { from, target, service } = question;
        let other = if let Target::Node(node) = target { Some(node) } else { None };
        self.wait_for_network([Some(from), other])?;
        let report = self.network.probe(&self.description, from, &target, service, 1);
        let answer = Answer::new(&self.description, self.network.sim.topology(), &report);
        Ok(answer.story(&Catalogue::new(Locale::En)))
    }

    /// A probe waits for the addresses of its ends, as programs do for that of their host.
    fn wait_for_network(&mut self, ends: [Option<NodeIndex>; 2]) -> Result<(), Failure> {
        let ends = ends.into_iter().flatten();
        ends.map(NodeId::from).try_for_each(|end| self.advance(Goal::Network(end)))
    }
}
