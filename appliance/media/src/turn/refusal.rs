//! Why a request is refused (RFC 8489 §14.8, RFC 8656 §19).

/// A refusal, with the code that a client acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// 400: something is missing or cannot be.
    BadRequest,
    /// 401: nobody is shown who asks, or the password is wrong or over.
    Unauthenticated,
    /// 403: the peer is not on the list.
    Forbidden,
    /// 420: an attribute that must be understood is not.
    UnknownAttribute,
    /// 437: there is no allocation, or there is one already.
    AllocationMismatch,
    /// 438: the nonce is over, or was given to somebody else.
    StaleNonce,
    /// 440: no relayed address of that family.
    AddressFamilyNotSupported,
    /// 441: the allocation is somebody else's.
    WrongCredentials,
    /// 442: only UDP is relayed.
    UnsupportedTransport,
    /// 443: the peer's address is of another family than the relayed one.
    PeerAddressFamilyMismatch,
    /// 486: the visit, the member or the address has as many allocations as it may have.
    QuotaReached,
    /// 508: the relay is full, or has no such port.
    InsufficientCapacity,
}

impl Refusal {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 12] = [
        Self::BadRequest,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::UnknownAttribute,
        Self::AllocationMismatch,
        Self::StaleNonce,
        Self::AddressFamilyNotSupported,
        Self::WrongCredentials,
        Self::UnsupportedTransport,
        Self::PeerAddressFamilyMismatch,
        Self::QuotaReached,
        Self::InsufficientCapacity,
    ];

    /// The number in ERROR-CODE.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::UnknownAttribute => 420,
            Self::AllocationMismatch => 437,
            Self::StaleNonce => 438,
            Self::AddressFamilyNotSupported => 440,
            Self::WrongCredentials => 441,
            Self::UnsupportedTransport => 442,
            Self::PeerAddressFamilyMismatch => 443,
            Self::QuotaReached => 486,
            Self::InsufficientCapacity => 508,
        }
    }

    /// What a person reads in ERROR-CODE.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::BadRequest => "Bad Request",
            Self::Unauthenticated => "Unauthenticated",
            Self::Forbidden => "Forbidden",
            Self::UnknownAttribute => "Unknown Attribute",
            Self::AllocationMismatch => "Allocation Mismatch",
            Self::StaleNonce => "Stale Nonce",
            Self::AddressFamilyNotSupported => "Address Family not Supported",
            Self::WrongCredentials => "Wrong Credentials",
            Self::UnsupportedTransport => "Unsupported Transport Protocol",
            Self::PeerAddressFamilyMismatch => "Peer Address Family Mismatch",
            Self::QuotaReached => "Allocation Quota Reached",
            Self::InsufficientCapacity => "Insufficient Capacity",
        }
    }

    /// Whether the answer tells with what to sign in, as 401 and 438 do (RFC 8489 §9.2.4).
    pub(crate) const fn is_challenge(self) -> bool {
        matches!(self, Self::Unauthenticated | Self::StaleNonce)
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn codes_are_distinct_and_in_order() {
        assert!(Refusal::ALL.is_sorted_by_key(|one| one.code()));
        assert!(Refusal::ALL.windows(2).all(|pair| pair[0].code() != pair[1].code()));
    }
}
