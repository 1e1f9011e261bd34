//! Turning a handful of `Option`s, which only a recorded problem leaves empty, into their values.

/// A tuple of required values as they were read.
pub trait AllPresent {
    /// The same values, all there.
    type Values;

    /// All of them, or nothing.
    fn all_present(self) -> Option<Self::Values>;
}

impl AllPresent for () {
    type Values = ();

    fn all_present(self) -> Option<()> {
        Some(())
    }
}

macro_rules! tuple {
    ($($name:ident)+) => {
        impl<$($name),+> AllPresent for ($(Option<$name>,)+) {
            type Values = ($($name,)+);

            #[expect(non_snake_case, reason = "the type parameters name the values too")]
            fn all_present(self) -> Option<Self::Values> {
                let ($($name,)+) = self;
                Some(($($name?,)+))
            }
        }
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
