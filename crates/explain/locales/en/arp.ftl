# ARP: who has which hardware address.

neighbor-hit = { $address } has hardware address { $mac }: the neighbour table knows it ({ $state }) on { $interface }
neighbor-asked = asks everybody on { $interface } “who has { $address }?” (attempt { $attempt }): the neighbour table has no usable row for it
neighbor-asked-unicast = asks { $mac } on { $interface } whether it still has { $address } (attempt { $attempt }): the row in the neighbour table is old
packet-held =
    the packet waits until { $address } answers the ARP request ({ $waiting ->
        [one] the only one that waits
       *[other] { $waiting } wait now
    })
packet-released = { $address } answered: it has { $mac }; the packet goes on after waiting { $waited }
neighbor-learned = learned: { $address } has hardware address { $mac } on { $interface }, { $from }
neighbor-changed = changed: { $address } on { $interface } had { $old } and now has { $mac }, { $from }
learned-from-reply = told in a reply
learned-from-request = told in a question: who asks tells its own address with it
learned-from-announcement = told in an announcement that nobody asked for (gratuitous ARP)
neighbor-state-changed = neighbour { $address } on { $interface }: { $from } → { $to }, { $meaning }
neighbor-state-incomplete = asked for, no answer yet
neighbor-state-reachable = confirmed just now
neighbor-state-stale = not confirmed for a while; still used
neighbor-state-delay = used while stale; waits a moment for a sign of life
neighbor-state-probe = asked again directly
neighbor-state-failed = asked in vain
neighbor-state-permanent = set by configuration
neighbor-unresolved =
    nobody on { $interface } answers for { $address }: given up after { $attempts ->
        [one] { $attempts } question
       *[other] { $attempts } questions
    }{ $dropped ->
        [0] {""}
        [one] , the packet that waited is lost
       *[other] , { $dropped } packets that waited are lost
    }
arp-answered = answers { $asker } on { $interface }: { $address } is here and has hardware address { $mac }
address-announced = announces on { $interface }: { $address } is here (gratuitous ARP)
address-probed = asks on { $interface } whether anybody has { $address } before using it (probe { $attempt })
address-conflict = address conflict on { $interface }: { $theirs } uses { $address } too, the address of this node ({ $ours })
address-defended = defends { $address } on { $interface }: announces once more that it is here
address-abandoned = does not use { $address } on { $interface }: { $theirs } has it
